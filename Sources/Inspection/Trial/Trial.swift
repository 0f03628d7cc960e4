import Addresses
import Firewall
import IPVS

/// What a director's packet filter did to the packets of its services in a sandbox: the director's own rules, and the kernel that runs us.
package struct Trial: Equatable, Sendable {
    package var services: [ServiceTrial] = []
    /// Of each sync daemon that listens here.
    package var syncs: [SyncTrial] = []
    /// What the sandbox lacks of the director: what it is, and why. With any of it, that all seems right proves nothing.
    package var missing: [Loss] = []
    /// Whether IPVS took the packets in the sandbox, with the director's services and destinations.
    package var usesIPVS = false
    /// What is not tried, as it cannot be, as without IPVS. Nothing is concluded from it.
    package var untried: [Loss] = []
    /// Whether a part of the packet filter is missing, which could have accepted what was dropped: no drop is claimed then.
    package var lacksRules = false
    /// What the rules say that dropped packets.
    package var rules: [DroppingRule: RuleText] = [:]

    /// The release of the kernel that judged.
    package var kernelRelease: String

    package init(judgedBy kernelRelease: String = "") { self.kernelRelease = kernelRelease }
}

/// The probes of one service, and what became of them.
package struct ServiceTrial: Equatable, Sendable {
    package var service: Service.Identity
    /// What the packets were for: the service, or of one by mark an address where they get it. There may be several.
    package var target: Service.Identity
    /// Why there are none; nil if that is plain.
    package var obstacle: String?
    /// Where the packets came from; nil if none was found from which the service can be reached.
    package var origin: ProbeOrigin?
    /// Of the packet that opens a connection: from the origin, or else from the last one tried.
    package var opening: ProbeOutcome?
    /// Of the others.
    package var outcomes: [(probe: Probe, outcome: ProbeOutcome)] = []
    /// Of what real servers answer through the director.
    package var answers: [AnswerTrial] = []

    /// Of many ACKs in a moment; nil if that was not tried, as no rule limits anything.
    package var burst: Burst?

    /// - Parameter target: nil if the service is one of an address.
    package init(_ service: Service.Identity, at target: Service.Identity? = nil) {
        (self.service, self.target) = (service, target ?? service)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.service == right.service && left.target == right.target && left.obstacle == right.obstacle
            && left.origin == right.origin && left.opening == right.opening
            && left.burst == right.burst && left.answers == right.answers
            && left.outcomes.elementsEqual(right.outcomes) { $0 == $1 }
    }

    /// Of what clients send.
    package var clientOutcomes: [ProbeOutcome] { [opening].compactMap(\.self) + outcomes.map(\.outcome) }

    /// Of all that is sent once a connection is open.
    var laterOutcomes: [(probe: Probe, outcome: ProbeOutcome)] { outcomes + answers.flatMap(\.outcomes) }

    /// Of all.
    package var allOutcomes: [ProbeOutcome] { [opening].compactMap(\.self) + laterOutcomes.map(\.outcome) }

    package var isReachable: Bool { opening?.hasPassed ?? false }
}

/// What a real server answers to a client, and what became of it at FORWARD; or at LOCAL_OUT, if that is the director itself.
package struct AnswerTrial: Equatable, Sendable {
    package var server: Endpoint
    package var outcomes: [(probe: Probe, outcome: ProbeOutcome)] = []

    package init(_ server: Endpoint) { self.server = server }

    package static func == (left: Self, right: Self) -> Bool {
        left.server == right.server && left.outcomes.elementsEqual(right.outcomes) { $0 == $1 }
    }
}

/// A source of probes.
package struct ProbeOrigin: Hashable, Sendable {
    package var address: IPAddress
    /// The name of the interface by which its packets arrive, which is the one that answers leave by.
    package var interface: String

    package init(_ address: IPAddress, _ interface: String) { (self.address, self.interface) = (address, interface) }
}
