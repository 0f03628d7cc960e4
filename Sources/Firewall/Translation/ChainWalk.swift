/// A packet's way through chains of rules that call each other. Each is entered once, however many rules call it, and none is left to the
/// program's own stack: a capture can have any number of them, each of which calls the next.
struct ChainWalk<Chain: Hashable, Rule> {
    /// What a rule does to the way.
    struct Step {
        /// Chains that packets are sent to from here.
        var next: [Chain] = []
        /// Whether no packet gets to the chain's next rule.
        var isLast = false
    }

    private var met: Set<Chain> = []

    /// Goes through a chain, and through what its rules call, where they call it.
    mutating func go(through chain: Chain, _ rules: (Chain) -> [Rule], _ step: (Chain, Rule) -> Step) {
        var open: [(chain: Chain, rules: [Rule].Iterator?)] = [(chain, nil)]
        while let last = open.indices.last {
            let chain = open[last].chain
            if open[last].rules == nil {
                open[last].rules = (met.insert(chain).inserted ? rules(chain) : []).makeIterator()
            }
            guard let rule = open[last].rules?.next() else {
                open.removeLast()
                continue
            }
            let found = step(chain, rule)
            if found.isLast { open[last].rules = [].makeIterator() }
            open += found.next.reversed().map { ($0, nil) }
        }
    }
}
