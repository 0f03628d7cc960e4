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
    private let progress = Progress()

    private static let settings = ["net.ipv4.vs.", "net.netfilter.nf_conntrack_"]

    init(_ source: any KernelSource) { self.source = source }

    func director() throws(KernelError) -> Director { try Director(source) }

    func picture(ofServicesOf director: Director) throws(KernelError) -> Picture {
        let services = try director.services()
        let sysctls = Sysctls(reading: Self.settings, from: source)
        return picture(services, FlowReport(flows: [], templates: []), sysctls, [])
    }

    func picture() throws(KernelError) -> Picture {
        defer { progress.end() }
        let services = try director().services()
        var losses: [Loss] = []
        let connections = try connections(&losses)
        var join = try joined(connections, services, &losses)
        try lookUpUnseen(&join)
        try settleOrphans(&join, connectionsWhole: losses.isEmpty, &losses)
        let sysctls = Sysctls(reading: Self.settings, from: source)
        return picture(services, join.result(sysctls), sysctls, losses)
    }

    /// What no picture needs, but a reader of a capture may: timeouts, daemons, the version.
    func askTheRest() throws(KernelError) {
        let director = try director()
        _ = try director.info()
        _ = try director.timeouts()
        _ = try director.daemons()
    }

    private func connections(_ losses: inout [Loss]) throws(KernelError) -> [Connection] {
        var connections: [Connection] = []
        let completeness = try Director.connections(from: source) { connection in
            connections.append(connection)
            progress.show("\(connections.count) connections", at: connections.count)
        }
        if case .cut(let why) = completeness { losses.append(Loss("connections of IPVS", why)) }
        return connections
    }

    /// Streams the table past the connections; again, with nothing kept, when the kernel says that the table changed under it.
    private func joined(
        _ connections: [Connection], _ services: [Service], _ losses: inout [Loss]
    ) throws(KernelError) -> FlowJoin {
        let table = Table(source)
        var attempts = 3
        while true {
            var join = FlowJoin(connections, services)
            var count = 0
            let answer = try table.dump { entry in
                join.see(entry)
                count += 1
                progress.show("\(count) conntrack entries", at: count)
            }
            attempts -= 1
            guard answer.interrupted else { return join }
            if attempts == 0 {
                losses.append(
                    Loss("the conntrack table", "it changed while it was dumped, three times (NLM_F_DUMP_INTR)"))
                return join
            }
        }
    }

    private func lookUpUnseen(_ join: inout FlowJoin) throws(KernelError) {
        let table = Table(source)
        let unseen = join.unseen
        let zones = [0] + join.zones.sorted()
        for (done, lookup) in unseen.enumerated() {
            progress.show("\(done) of \(unseen.count) looked up once more", at: done)
            for tuple in lookup.tuples {
                for zone in zones {
                    guard let entry = try table.entry(for: tuple, zone: zone) else { continue }
                    join.look(lookup.position, found: entry)
                }
            }
        }
    }

    private func settleOrphans(
        _ join: inout FlowJoin, connectionsWhole: Bool, _ losses: inout [Loss]
    ) throws(KernelError) {
        guard join.hasOrphans else { return }
        guard connectionsWhole else {
            join.forgetOrphans()
            losses.append(
                Loss("orphans", "the connections were not read to their end, so no entry can be said to have none"))
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
        let origin = source.origin
        return Picture(
            takenAt: origin.takenAt, host: origin.host, kernelRelease: origin.kernelRelease,
            networkNamespace: origin.networkNamespace, sysctls: sysctls, services: services, report: report,
            losses: losses)
    }
}
