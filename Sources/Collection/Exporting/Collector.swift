import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink

/// One of the things that an exporter reads again and again, each at its own pace.
package enum Collector: String, CaseIterable, Sendable {
    /// The conntrack table's size and counters.
    case conntrack
    /// IPVS's services, real servers and settings.
    case ipvs
    /// Connections and entries, joined.
    case flows
    /// The findings of `check`.
    case check
    /// Packets, counted in the kernel.
    case packets

    /// How it is read, by one thread.
    ///
    /// - Parameter shelter: where the packet filter is tried for `check`.
    func reader(of source: any KernelSource, in shelter: TrialShelter) -> any CollectorReader {
        switch self {
        case .conntrack: TableCollector(source)
        case .ipvs: BalancerCollector(source)
        case .flows: FlowCensusCollector(source)
        case .check: CheckCollector(source, shelter)
        case .packets: PacketCollector(source)
        }
    }
}

/// Reads what a collector is about, from one thread.
protocol CollectorReader: AnyObject {
    /// Blocks for as long as that takes.
    ///
    /// - Parameter isStopped: ends it early.
    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading
    /// Called several times a second between readings, if there is something to do then.
    func goOn() throws(KernelError)
    var hasMoreToDo: Bool { get }
}

extension CollectorReader {
    func goOn() throws(KernelError) {}
    var hasMoreToDo: Bool { false }
}

private final class TableCollector: CollectorReader {
    private let source: any KernelSource
    private var totals = CounterTotals()

    init(_ source: any KernelSource) { self.source = source }

    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading {
        let statistics = try TableStatistics(reading: source)
        totals.take(statistics)
        var (expectations, unread) = (0, [Loss]())
        do throws(KernelError) {
            let answer = try Expectations(source).dump { _ in expectations += 1 }
            unread = Loss.of("the expectations", answer, ifChanged: "they changed while they were read")
        } catch {
            return .table(
                TableReading(statistics, totals, expectations: nil, unread: [Loss("the expectations", "\(error)")]))
        }
        return .table(TableReading(statistics, totals, expectations: expectations, unread: unread))
    }
}

private final class BalancerCollector: CollectorReader {
    private let source: any KernelSource

    init(_ source: any KernelSource) { self.source = source }

    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading {
        let director = try Director(source)
        var losses: [Loss] = []
        let services = try DirectorReader.services(of: director, attempts: Table.attempts, &losses)
        return .balancer(
            BalancerReading(services, try director.configuration(), Sysctls(ofFlowsIn: source), unread: losses))
    }
}

/// What it knows of flows is let go of after each reading: the next one is a while away.
private final class FlowCensusCollector: CollectorReader {
    private let source: any KernelSource

    init(_ source: any KernelSource) { self.source = source }

    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading {
        .flows(FlowCensus(try FlowCollector(source, namesRules: false).snapshot()))
    }
}

private final class CheckCollector: CollectorReader {
    private var checker: DirectorChecker

    init(_ source: any KernelSource, _ shelter: TrialShelter) { checker = DirectorChecker(source, in: shelter) }

    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading {
        // Before a trial there is one without it.
        var last: CheckReport?
        try checker.check(isStopped: isStopped) { last = $0 }
        guard let last else { throw KernelError("check the director", .stopped) }
        return .checks(last)
    }
}

private final class PacketCollector: CollectorReader {
    private let observer: PacketObserver
    private let counters: RuleCounters
    private var totals = PacketTotals()

    init(_ source: any KernelSource) {
        counters = RuleCounters(of: source)
        observer = PacketObserver(source, startsTracking: false, ObservationHints())
    }

    let hasMoreToDo = true

    /// Begins to observe, or again where that had failed.
    func read(isStopped: @escaping () -> Bool) throws(KernelError) -> ExportedReading {
        var failure: KernelError?
        func hear(_ news: PacketObserver.News) {
            switch news {
            case .observed(let observation, _): totals.take(observation)
            case .failed(let error): failure = error
            case .sample, .traced, .ended: break
            }
        }
        observer.keep(true, hear)
        observer.collect({}, hear)
        observer.look(hear)
        if let failure { throw failure }
        totals.countDrops(counters)
        return .packets(totals)
    }

    /// The kernel holds the traces of packets only as long as there is room for them.
    func goOn() throws(KernelError) {
        var failure: KernelError?
        observer.collect({}) { if case .failed(let error) = $0 { failure = error } }
        if let failure { throw failure }
    }
}
