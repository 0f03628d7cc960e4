/// Which flows are new, or have another verdict, since the picture before.
package struct FlowChanges: Sendable {
    private var verdicts: [FlowKey: Verdict] = [:]
    /// How many flows of each verdict the last picture had.
    package private(set) var totals: [Verdict: Int] = [:]

    /// Knows no flows.
    package init() {}

    /// Takes the next picture. What is not in it any more is forgotten.
    package mutating func take(_ flows: [Flow]) -> [Flow] {
        let known = verdicts
        verdicts = [:]
        totals = [:]
        verdicts.reserveCapacity(flows.count)
        return flows.filter { flow in
            let key = FlowKey(protocol: flow.protocol, client: flow.client, server: flow.virtual)
            verdicts[key] = flow.verdict
            totals[flow.verdict, default: 0] += 1
            return known[key] != flow.verdict
        }
    }
}
