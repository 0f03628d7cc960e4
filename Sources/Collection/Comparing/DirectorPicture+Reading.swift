import Firewall
import IPVS
import Inspection
import Netlink

extension DirectorPicture {
    /// Reads what is compared. Blocks for as long as `flows` does; needs what `flows` needs. Without IPVS there are settings and rules.
    package init(reading source: any KernelSource, progress: ReadingProgress = ReadingProgress()) throws(KernelError) {
        try self.init(reading: source, Surroundings(reading: source), progress: progress)
    }

    /// - Parameter keep: gets the flows, if there are any.
    init(
        reading source: any KernelSource, _ surroundings: Surroundings, progress: ReadingProgress,
        keep: (FlowSnapshot) -> Void = { _ in }
    ) throws(KernelError) {
        self.init(source.origin, settings: surroundings.sysctls)
        losses = surroundings.losses
        readRules(of: source)
        let collector: FlowCollector
        do throws(KernelError) {
            collector = try FlowCollector(source, wantsWholeTable: true, namesRules: false, progress: progress)
        } catch {
            guard error.cause == .absent else { throw error }
            settings.values.merge(Sysctls(ofFlowsIn: source).values) { first, _ in first }
            return
        }
        let snapshot = try collector.snapshot()
        settings.values.merge(snapshot.sysctls.values) { first, _ in first }
        losses += snapshot.losses
        balancer = Balancer(
            try collector.director.configuration(), snapshot.services, snapshot.report.summaries(snapshot.services))
        keep(snapshot)
    }

    private mutating func readRules(of source: any KernelSource) {
        let ruleset: Ruleset
        do throws(KernelError) { ruleset = try Ruleset(reading: source) } catch {
            // A capture that was taken without rules has no answer, and no errno.
            if error.cause != .failed || error.errno != nil {
                losses.append(Loss("the rules of nf_tables", error.description))
            }
            return
        }
        if let shortfall = ruleset.shortfall { losses.append(Loss("the rules of nf_tables", shortfall)) }
        let legacy = LegacyTable.all(in: source)
        losses += legacy.failures.map { Loss("the rules of iptables-legacy", $0.description) }
        rules = FilterRules(ruleset, legacy.tables)
    }
}
