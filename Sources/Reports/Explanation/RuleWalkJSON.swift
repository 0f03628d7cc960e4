import Addresses
import Conntrack
import Firewall
import Inspection

extension JSONWriter {
    /// The members `rules` and `rules_not_proven`.
    mutating func rules(_ rules: Fact<RuleWalk>?) {
        key("rules")
        if let walk = rules?.value { ruleWalk(walk) } else { null() }
        switch rules {
        case .absent(let why), .unreadable(let why), .incomplete(_, let why): member("rules_not_proven", why)
        case .known, nil: member("rules_not_proven", nil as String?)
        }
    }

    private mutating func ruleWalk(_ walk: RuleWalk) {
        object { json in
            json.member("from", walk.origin.address.description)
            json.member("interface", walk.origin.interface)
            json.member("judged_by", walk.kernelRelease)
            json.member("ctstate", walk.ctstate?.name)
            json.member("end", walk.end.word)
            json.member("chains", array: walk.chains) { $0.chain($1) }
        }
    }

    private mutating func chain(_ chain: RuleWalk.Chain) {
        object { json in
            json.member("hook", chain.hook.name)
            json.member("priority", chain.priority)
            json.member("family", chain.family.description)
            json.member("table", chain.table)
            json.member("chain", chain.name)
            json.member("steps", array: chain.steps) { json, step in
                json.object { json in
                    json.member("chain", step.chain)
                    json.member("handle", step.handle)
                    json.member("rule", step.statement)
                    json.member("verdict", step.verdict.description)
                }
            }
        }
    }
}

extension RuleWalk.Step {
    fileprivate var statement: String? {
        if case .known(let statement, _) = text { statement } else { nil }
    }
}

extension ProbeOutcome.End {
    fileprivate var word: String {
        switch self {
        case .passed: "passed"
        case .dropped: "dropped"
        case .lost: "lost"
        case .unknown: "unknown"
        }
    }
}
