/// Computes differences of the measurements, and compares them with the targets.
struct WatchJudge {
    let entries: Int
    let medians: [WatchRole: WatchFigures]

    /// The size the contract is about. Above it `watch` has to be usable, and to read less often.
    static let contractSize = 100_000

    func judge(_ scene: WatchScene) -> [Judgement] {
        switch scene {
        case .flows: flows
        case .table: table
        }
    }

    private var isBeyondContract: Bool { entries > Self.contractSize }

    /// A target if the contract has one for this size.
    private func contracted(_ bound: Target.Bound) -> Target.Bound { isBeyondContract ? .none : bound }

    // MARK: Flows

    private var flows: [Judgement] {
        let two = difference(.twoReadings, .opening, \.userSeconds)
        let more = medians[.manyReadings]?.window.flatMap { many in
            medians[.someReadings]?.window.map { many.readings - $0.readings }
        }
        let steady = difference(.manyReadings, .someReadings, \.userSeconds).flatMap { all in more.map { all / $0 } }
        let first = two.flatMap { two in steady.map { two - $0 } }
        let each = 1e9 / Double(entries)
        var all = [
            Judgement("user CPU of the first reading, ns a flow", first.map { $0 * each }, .none),
            Judgement("user CPU of a steady reading, ns a flow", steady.map { $0 * each }, .none),
            Judgement("mean of the two, ns a flow", two.map { $0 / 2 * each }, .none),
        ]
        if !isBeyondContract {
            all.append(Judgement("steady, % of a core at 1 s", steady.map { $0 * 100 }, .atMost(3)))
        }
        return all + [memory("peak memory, bytes a flow", .twoReadings, beyond: .fewFlows)]
    }

    // MARK: Table

    private var table: [Judgement] {
        let window = medians[.fullTable]?.window
        let whole = window.map { $0.cpuSeconds / $0.seconds * 100 }
        let dump = medians[.pacedFloor]?.window.map { $0.cpuSeconds / $0.readings }
        let own = window.flatMap { window in
            dump.map { (window.cpuSeconds - window.readings * $0) / window.seconds * 100 }
        }
        let late = difference(.fullTable, .floor, \.wallSeconds).map { $0 * 1000 }
        var all = [
            Judgement("% of a core beyond the floor", own, contracted(.atMost(3))),
            Judgement("% of a core, the floor included", whole, .none),
            Judgement("first rows, ms after the floor's dump", late, contracted(.atMost(100))),
            memory("peak memory, bytes an entry", .fullTable, beyond: .emptyTable),
            wait("a key waits beside a text filter, ms", \.median, .none),
            wait("the longest such wait, ms", \.longest, .atMost(100)),
        ]
        if isBeyondContract {
            let says = medians[.fullTable]?.saysRhythm.map { $0 ? 1.0 : 0 }
            all.append(Judgement("head says how often it reads (1: yes)", says, .atLeast(1)))
        }
        return all
    }

    // MARK: Differences

    private func difference(
        _ role: WatchRole, _ other: WatchRole, _ figure: (WatchFigures) -> Double
    ) -> Double? {
        medians[role].flatMap { own in medians[other].map { figure(own) - figure($0) } }
    }

    private func wait(
        _ text: String, _ figure: KeyPath<WatchFigures.Waits, Double>, _ bound: Target.Bound
    ) -> Judgement {
        Judgement(text, medians[.keys]?.waits.map { $0[keyPath: figure] * 1000 }, bound)
    }

    private func memory(_ text: String, _ role: WatchRole, beyond other: WatchRole) -> Judgement {
        let mebibytes = difference(role, other, \.peakMebibytes)
        return Judgement(text, mebibytes.map { $0 * 1_048_576 / Double(entries) }, .atMost(300))
    }
}
