import Addresses
import IPVS
import Inspection
import Sockets

extension FleetReport {
    /// The hosts, their services, the connections that call for action, what is wrong, and what differs between directors.
    ///
    /// - Parameter width: columns of the terminal; nil if there is none.
    package func text(_ style: Style, width: Int?) -> [String] {
        var lines = hostTable.lines(style, width: width)
        if !tally.rows.isEmpty { lines += [""] + serviceTable.lines(style, width: width) }
        lines += connectionLines(style)
        for found in findings { lines += [""] + found.finding.block(style, width) }
        for difference in differences where !difference.comparison.isEmpty {
            let names = [difference.pair.director, difference.pair.other].map { fleet.hosts[$0].name }
            lines += ["", style.paint("From \(names[0]) (-) to \(names[1]) (+):".printable, .bold)]
            lines += difference.comparison.sections(style)
        }
        let unseen = fleet.unseenServers.map(\.description).joined(separator: ", ")
        if !unseen.isEmpty { lines += [""] + "No capture here has these real servers: \(unseen).".wrapped(width) }
        if !isTrouble { lines += ["", "Nothing is wrong between these hosts, as far as it is checked."] }
        return lines + losses.flatMap { $0.text(.plain).wrapped(width) }.map { style.paint($0, .red) }
    }

    /// What the captures lack, by host.
    package var losses: [Loss] {
        fleet.hosts.flatMap { host in host.picture.losses.map { Loss("\(host.name), \($0.what)", $0.why) } }
    }

    private var hostTable: TextTable {
        var table = TextTable(columns: [
            .init(title: "HOST"), .init(title: "ROLE"), .init(title: "TAKEN"), .init(title: "CLOCK"),
        ])
        table.rows = fleet.hosts.indices.map { place in
            let host = fleet.hosts[place]
            return [
                .init(host.name), .init(fleet.roles(of: place).joined(separator: ", ")),
                .init(host.picture.origin.takenAt.rfc3339), .init(clock(of: place)),
            ]
        }
        return table
    }

    /// `+120.3 s to lb1`
    private func clock(of place: Int) -> String {
        guard fleet.roles(of: place).contains("real server") else { return "" }
        let known = fleet.clocks.filter { $0.key.other == place }.sorted { $0.key < $1.key }
        if known.isEmpty { return "taken for the same" }
        return known.map { pair, clock in
            let tenths = abs(clock.ahead) / 100
            return "\(clock.ahead < 0 ? "-" : "+")\(tenths / 10).\(tenths % 10) s to \(fleet.hosts[pair.director].name)"
        }.joined(separator: ", ")
    }

    private var serviceTable: TextTable {
        let verdicts = FleetVerdict.allCases.filter { verdict in
            verdict == .open || verdict == .stuck || tally.rows.contains { $0.count(verdict) > 0 }
        }
        let hasMissing = tally.rows.contains { $0.missing > 0 }
        var table = TextTable(
            columns: [
                .init(title: "SERVICE"), .init(title: "DIRECTOR"), .init(title: "CONNECTIONS", alignsRight: true),
            ]
                + verdicts.map { .init(title: $0.rawValue.uppercased(), alignsRight: true) }
                + (hasMissing ? [.init(title: "MISSING", alignsRight: true)] : []))
        table.rows = tally.rows.map { row in
            [
                .init(row.service?.description ?? "unknown"), .init(fleet.hosts[row.director].name),
                .init("\(row.connections)"),
            ]
                + verdicts.map { .init("\(row.count($0))", $0.isTrouble && row.count($0) > 0 ? .red : nil) }
                + (hasMissing ? [.init("\(row.missing)", row.missing > 0 ? .yellow : nil)] : [])
        }
        return table
    }

    /// So many of each kind are named; JSON has all.
    private static let mostNamed = 20

    private func connectionLines(_ style: Style) -> [String] {
        var named: [FleetVerdict: [String]] = [:]
        var counts: [FleetVerdict: Int] = [:]
        fleet.forEachConnection { connection in
            guard connection.verdict.isTrouble else { return }
            counts[connection.verdict, default: 0] += 1
            if named[connection.verdict, default: []].count < Self.mostNamed {
                named[connection.verdict, default: []].append(line(connection).printable)
            }
        }
        return FleetVerdict.trouble.flatMap { verdict -> [String] in
            guard let lines = named[verdict], let count = counts[verdict] else { return [] }
            let rest = count - lines.count
            return ["", style.paint(verdict.rawValue.prefix(1).uppercased() + verdict.rawValue.dropFirst(), .bold)]
                + lines.map { "  " + $0 } + (rest > 0 ? ["  and \(rest) more: --json has all"] : [])
        }
    }

    private func line(_ connection: FleetConnection) -> String {
        let key = connection.key
        let destination = connection.destination.map { " > \($0)" } ?? ""
        return "\(key.protocol) \(key.client) > \(key.server)\(destination)  "
            + [onDirector(connection), onServer(connection)].compactMap(\.self).joined(separator: "; ")
    }

    /// `ESTABLISHED on lb1, no packet for 12m05s`
    private func onDirector(_ connection: FleetConnection) -> String {
        guard let director = connection.director, let state = connection.state else { return "on no director" }
        let idle = connection.idle.map { ", no packet for \(AgeText.of(UInt32(clamping: $0 / 1000)))" } ?? ""
        return "\(state) on \(fleet.hosts[director].name)\(idle)"
    }

    /// `on rs1 TIME-WAIT for 12s, entry TIME_WAIT`
    private func onServer(_ connection: FleetConnection) -> String? {
        guard let server = connection.server else { return nil }
        let name = fleet.hosts[server].name
        let socket = connection.served?.socket
        let ended = socket?.ended.map { " for \(AgeText.of($0 / 1000))" } ?? ""
        let isKnown = fleet.hosts[server].served.socketsMissing == nil
        let words = socket.map { "\($0.state)\(ended)" } ?? (isKnown ? "no socket" : "sockets unknown")
        let entry = connection.served?.entryState.map { ", entry \($0)" } ?? ", no entry"
        return "on \(name) \(words)\(entry)"
    }
}
