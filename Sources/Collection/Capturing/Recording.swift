import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Sockets

/// Makes all requests of the reading commands, so that a recording can answer them.
package struct Recording {
    package let statistics: TableStatistics
    /// The director's part; nil without IPVS.
    package let snapshot: FlowSnapshot?
    /// Why there is no snapshot.
    package let absence: KernelError?
    /// The rules of nf_tables; nil if they were not wanted, or the kernel refused.
    package let ruleset: Ruleset?
    /// The tables of iptables-legacy; nil if they were not wanted.
    package let legacyTables: [LegacyTable]?
    /// Links, addresses, routes, settings.
    package let surroundings: Surroundings
    package let losses: [Loss]

    /// So many are read from /proc in a fraction of a second.
    private static let fewConnections = 20_000

    /// - Parameter rules: whether the packet filter's rules are requested.
    package init(
        of source: any KernelSource, rules: Bool, progress: ReadingProgress = ReadingProgress()
    ) throws(KernelError) {
        statistics = try TableStatistics(reading: source)
        var lists = Self.lists(of: source)
        (ruleset, legacyTables) = Self.rules(of: source, rules, &lists)
        surroundings = Surroundings(reading: source)
        lists += surroundings.losses + Surroundings.recordFiles(of: source)
        lists += Self.sockets(of: source)
        if case .unreadable(let why) = Fact.mergedReceiving(source, surroundings) {
            lists.append(Loss("the features of network interfaces", why))
        }
        let collector: FlowCollector
        do throws(KernelError) {
            // The rules are recorded already, if they may be.
            collector = try FlowCollector(source, wantsWholeTable: true, namesRules: false, progress: progress)
        } catch {
            guard error.cause == .absent else { throw error }
            absence = error
            snapshot = nil
            losses = try Self.losses(ofTableIn: source, progress) + statistics.losses + lists
            return
        }
        let taken = try collector.snapshot()
        // Not needed for flows, but for `services`.
        let daemons = try collector.director.configuration().daemons
        if case .table = source.connectionAccess, taken.report.flows.count <= Self.fewConnections {
            // For whoever looks into the capture, and for older versions of this program.
            _ = try? source.read(Director.connectionsFile, within: .seconds(10)) { _ in }
            if !daemons.isEmpty { _ = try? source.read(Director.originsFile, within: .seconds(10)) { _ in } }
        }
        snapshot = taken
        absence = nil
        losses = taken.losses + lists
    }

    private static func rules(
        of source: any KernelSource, _ areWanted: Bool, _ losses: inout [Loss]
    ) -> (Ruleset?, [LegacyTable]?) {
        guard areWanted else {
            // Whether there are such rules is no secret.
            _ = LegacyTables.read(from: source)
            return (nil, nil)
        }
        let what = "the rules of nf_tables"
        var ruleset: Ruleset?
        do throws(KernelError) {
            let whole = try Ruleset(reading: source)
            if let shortfall = whole.shortfall { losses.append(Loss(what, shortfall)) }
            ruleset = whole
        } catch { losses.append(Loss(what, error.description)) }
        let legacy = LegacyTable.all(in: source)
        losses += legacy.failures.map { Loss("the rules of iptables-legacy", $0.description) }
        let sets = IPSet.used(by: ruleset ?? Ruleset(), legacy.tables, in: source)
        losses += sets.failures.map { Loss("the sets of ipset", $0.description) }
        return (ruleset, legacy.tables)
    }

    /// Of a real server they tell which connections it has. A kernel without sock_diag for TCP has none to tell.
    private static func sockets(of source: any KernelSource) -> [Loss] {
        let what = "the TCP sockets"
        do throws(KernelError) {
            let answer = try TCPSocket.forEach(in: source) { _ in }
            return Loss.of(what, answer, ifChanged: "they changed while they were read")
        } catch {
            return error.cause == .absent || error.cause == .notFound ? [] : [Loss(what, error.description)]
        }
    }

    /// Requests what `dump` shows besides the table. Whatever the kernel refuses, the recording will refuse as well.
    private static func lists(of source: any KernelSource) -> [Loss] {
        func loss(_ what: String, _ dump: () throws(KernelError) -> Answer) -> [Loss] {
            do throws(KernelError) {
                return Loss.of(what, try Answer.repeating(Table.attempts, dump), ifChanged: Table.keptChanging)
            } catch {
                return error.cause == .damaged ? [Loss(what, error.description)] : []
            }
        }
        let table = Table(source)
        return loss("expectations") { () throws(KernelError) in try Expectations(source).dump { _ in } }
            + loss("dying entries") { () throws(KernelError) in try table.dump(.dying) { _ in } }
            + loss("unconfirmed entries") { () throws(KernelError) in try table.dump(.unconfirmed) { _ in } }
    }

    /// Requests only the table and the settings.
    private static func losses(
        ofTableIn source: any KernelSource, _ progress: ReadingProgress
    ) throws(KernelError) -> [Loss] {
        defer { progress.end() }
        var count = 0
        let answer = try Table(source).dumpRepeatedly {
            count = 0
        } _: { _ in
            count += 1
            progress.show("\(count) conntrack entries", at: count)
        }
        return Loss.of("the conntrack table", answer, ifChanged: Table.keptChanging)
            + Sysctls(ofFlowsIn: source).losses
    }
}
