import Conntrack
import Firewall

/// The rules of a director that a packet to a service met in the sandbox, up to the one that decided.
package struct RuleWalk: Equatable, Sendable {
    /// The base chains, in the order in which it met them.
    package var chains: [Chain] = []
    package var end: ProbeOutcome.End
    /// After conntrack at PRE_ROUTING; nil if it did not come so far.
    package var ctstate: CTState?
    package var origin: ProbeOrigin
    /// Whether what opens a connection from there passes.
    package var isReachable: Bool
    /// Of the kernel that judged.
    package var kernelRelease: String

    package struct Chain: Equatable, Sendable {
        package var family: TableFamily
        package var table: String
        package var name: String
        package var hook: NetfilterHook
        package var priority: Int32
        package var steps: [Step] = []
    }

    /// A rule that matched, or the policy at the end.
    package struct Step: Equatable, Sendable {
        /// The chain it is in: the base chain, or one that a rule jumped to.
        package var chain: String
        /// Nil for a policy.
        package var handle: UInt64?
        package var verdict: PacketVerdict
        /// What it says; nil for a policy.
        package var text: RuleText?
    }

    /// A base chain, as traces name it.
    package struct Name: Hashable, Sendable {
        package var family: TableFamily
        package var table: String
        package var chain: String

        package init(_ family: TableFamily, _ table: String, _ chain: String) {
            (self.family, self.table, self.chain) = (family, table, chain)
        }
    }

    /// - Parameters:
    ///   - outcome: what became of the packet.
    ///   - isReachable: whether what opens a connection passes.
    ///   - places: hook and priority of the base chains.
    ///   - text: of a rule.
    package init(
        _ outcome: ProbeOutcome, from origin: ProbeOrigin, isReachable: Bool, judgedBy kernelRelease: String,
        places: [Name: (hook: NetfilterHook, priority: Int32)], text: (DroppingRule) -> RuleText
    ) {
        (end, ctstate, self.origin, self.kernelRelease) = (outcome.end, outcome.ctstate, origin, kernelRelease)
        self.isReachable = isReachable
        for event in outcome.steps {
            if let place = places[Name(event.family, event.table, event.chain)],
                chains.last.map({ !$0.isOf(event) || $0.hasEnded }) ?? true
            {
                chains.append(
                    Chain(
                        family: event.family, table: event.table, name: event.chain, hook: place.hook,
                        priority: place.priority))
            }
            guard !chains.isEmpty, let step = Step(event, text) else { continue }
            chains[chains.count - 1].steps.append(step)
        }
    }
}

extension RuleWalk.Chain {
    fileprivate func isOf(_ event: TraceEvent) -> Bool {
        family == event.family && table == event.table && name == event.chain
    }

    fileprivate var hasEnded: Bool {
        steps.last.map { $0.handle == nil || [.accept, .drop].contains($0.verdict) } ?? false
    }
}

extension RuleWalk.Step {
    /// - Returns: nil for the end of a chain, which decides nothing.
    fileprivate init?(_ event: TraceEvent, _ text: (DroppingRule) -> RuleText) {
        switch event.kind {
        case .policy:
            self.init(chain: event.chain, handle: nil, verdict: event.policy ?? .continue, text: nil)
        case .rule:
            guard let handle = event.handle else { return nil }
            let rule = DroppingRule(
                family: event.family, table: event.table, chain: event.chain, decision: .rule(handle: handle))
            self.init(chain: event.chain, handle: handle, verdict: event.verdict ?? .continue, text: text(rule))
        default: return nil
        }
    }
}
