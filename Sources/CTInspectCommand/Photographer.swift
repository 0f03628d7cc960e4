import Collection
import Conntrack
import IPVS
import Inspection
import Netlink

/// Takes a picture of a director: asks the kernel in the order in which the answers stay true.
///
/// Services first, as they change seldom; then the connections, then the conntrack table streamed past them, then each connection without
/// an entry once more by its tuple, so that one born meanwhile is not called absent; and when there are entries without a connection,
/// the connections once more, so that none is called an orphan whose connection was only too young for the first list.
struct Photographer {
    private let source: any KernelSource
    let director: Director
    private let progress = Progress()

    private static let attempts = 3
    private static let keptChanging =
        "it changed while it was read (NLM_F_DUMP_INTR), or answers were lost (ENOBUFS), \(attempts) times"

    /// - Throws: `.absent` when there is no IPVS to look at.
    init(_ source: any KernelSource) throws(KernelError) {
        self.source = source
        director = try Director(source)
    }

    /// The services alone, without flows.
    func servicesPicture() throws(KernelError) -> Picture {
        var losses: [Loss] = []
        let services = try services(&losses)
        let sysctls = Self.sysctls(from: source)
        return picture(services, FlowReport(flows: [], templates: []), sysctls, losses)
    }

    /// - Parameter watcher: one that watches for the verdict `never`.
    func picture(_ watcher: FlowWatcher? = nil) throws(KernelError) -> Picture {
        defer { progress.end() }
        var losses: [Loss] = []
        let services = try services(&losses)
        let start = ContinuousClock.now
        let connections = try connections(&losses)
        var join = try Self.joined(FlowJoin(connections, services), with: Table(source), progress, &losses)
        try lookUpUnseen(&join, &losses)
        let took = UInt32(clamping: (ContinuousClock.now - start).components.seconds)
        let proof = try watcher?.proof()
        try settleOrphans(&join, &losses)
        let sysctls = Self.sysctls(from: source)
        var report = join.result(sysctls, took: took, watch: proof?.watch)
        report.watch = proof?.evidence
        return picture(services, report, sysctls, losses + (watcher?.losses ?? []))
    }

    /// Every setting that a flow may depend on.
    static func sysctls(from source: any KernelSource) -> Sysctls {
        Sysctls(reading: ["net.ipv4.vs.", "net.netfilter.nf_conntrack_"], from: source)
    }

    /// A list that changes while it is read is read again.
    private func services(_ losses: inout [Loss]) throws(KernelError) -> [Service] {
        var attempts = Self.attempts
        while true {
            let listing = try director.services()
            attempts -= 1
            if !listing.interrupted { return listing.services }
            if attempts == 0 {
                losses.append(Loss("the services of IPVS", Self.keptChanging))
                return listing.services
            }
        }
    }

    private func connections(_ losses: inout [Loss]) throws(KernelError) -> ConnectionList {
        var connections = ConnectionList()
        var count = 0
        let completeness = try Director.connections(from: source) { connection in
            connections.append(connection)
            count += 1
            progress.show("\(count) connections", at: count)
        }
        if case .cut(let why) = completeness { losses.append(Loss("connections of IPVS", why)) }
        return connections
    }

    /// Streams the table past the connections; again, with nothing kept, when the kernel says that the table changed under it.
    static func joined(
        _ start: FlowJoin, with table: Table, _ progress: Progress, _ losses: inout [Loss]
    ) throws(KernelError) -> FlowJoin {
        var join = start
        var count = 0
        let isWhole = try table.dumpRepeatedly {
            join = start
            count = 0
        } _: { entry in
            join.see(entry)
            count += 1
            progress.show("\(count) conntrack entries", at: count)
        }
        if !isWhole { losses.append(Loss("the conntrack table", Table.keptChanging)) }
        return join
    }

    /// A lookup asks one zone, so each zone that was seen costs a lookup for each connection.
    private static let mostZones = 16

    private func lookUpUnseen(_ join: inout FlowJoin, _ losses: inout [Loss]) throws(KernelError) {
        let table = Table(source)
        let unseen = join.unseen
        let zones = [0] + join.zones.subtracting([0]).sorted()
        if zones.count > Self.mostZones, !unseen.isEmpty {
            let why = "only \(Self.mostZones) of \(zones.count) zones were looked into once more"
            losses.append(Loss("the conntrack table", why))
        }
        for (done, position) in unseen.enumerated() {
            progress.show("\(done) of \(unseen.count) looked up once more", at: done)
            for tuple in join.tuples(at: position) {
                for zone in zones.prefix(Self.mostZones) {
                    guard let entry = try table.entry(for: tuple, zone: zone) else { continue }
                    join.look(position, found: entry)
                }
            }
        }
    }

    private func settleOrphans(_ join: inout FlowJoin, _ losses: inout [Loss]) throws(KernelError) {
        guard join.hasOrphans else { return }
        guard losses.isEmpty else {
            join.forgetOrphans()
            losses.append(
                Loss("orphans", "with the above missing, no entry can be said to have no connection"))
            return
        }
        var later: [Connection] = []
        let completeness = try Director.connections(from: source) { later.append($0) }
        for connection in later { join.seeLater(connection) }
        if case .cut(let why) = completeness {
            join.forgetOrphans()
            losses.append(Loss("orphans", why))
        } else if join.orphansNotKept > 0 {
            losses.append(Loss("orphans", "\(join.orphansNotKept) more than are listed"))
        }
    }

    private func picture(
        _ services: [Service], _ report: FlowReport, _ sysctls: Sysctls, _ losses: [Loss]
    ) -> Picture {
        Picture(
            source.origin, sysctls: sysctls, services: services, report: report,
            losses: losses + sysctls.losses)
    }
}
