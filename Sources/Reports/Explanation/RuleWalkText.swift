import Firewall
import Inspection

extension RuleWalk.Chain {
    /// The chain, and a line for each rule that matched.
    var lines: [String] {
        ["meets \(family) \(table) \(name), priority \(priority):"] + steps.map { "  " + $0.words(in: name) }
    }
}

extension RuleWalk.Step {
    fileprivate func words(in base: String) -> String {
        let place = chain == base ? "" : "\(chain) "
        guard let handle else { return "\(place)policy \(verdict)" }
        return switch text {
        case .known(let statement, _): "\(place)handle \(handle): \(statement)"
        case .unknown, nil: "\(place)handle \(handle): \(verdict)"
        }
    }
}

extension RuleWalk {
    /// Where it ends, and how that is known.
    var sentence: String {
        "Tried with the director's own rules in a sandbox on Linux \(kernelRelease), from \(origin.address) by \(origin.interface): \(fate)."
    }

    private var fate: String {
        switch end {
        case .passed(let hook):
            "no rule drops it before IPVS takes it at \(hook.name); what it meets after that is not tried"
        case .dropped(let rule): rule.decision == .policy ? "the policy of \(rule) drops it" : "\(rule) drops it"
        case .lost: "it did not arrive, and no rule of nf_tables dropped it"
        case .unknown(let why): why
        }
    }
}

extension Fact<RuleWalk> {
    /// What is known of the rules, after the path.
    var sentences: [String] {
        switch self {
        case .known(let walk): [walk.sentence]
        case .incomplete(let walk, let why): [walk.sentence, "Not proven: \(why)."]
        case .absent(let why): ["Which rules it meets is not tried: \(why)."]
        case .unreadable(let why): ["Which rules it meets cannot be tried: \(why)."]
        }
    }
}
