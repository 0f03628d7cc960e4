import Addresses
import Conntrack
import IPVS

/// Something wrong with a director, or worth knowing about it, as values. `Sources/Reports/Findings` writes the sentences.
package struct Finding: Equatable, Sendable {
    package var id: ID
    package var severity: Severity
    package var subject: Subject
    /// The numbers it is based on, each name once, in the order to read them in.
    package var evidence: [Evidence]
    /// What its sentence needs besides the numbers.
    package var context: Context?
    /// What would help, most effective first; empty if nothing has to be done, or nothing is known to help.
    package var remedies: [Remedy]

    package init(
        _ id: ID, _ severity: Severity, _ subject: Subject, _ evidence: [Evidence] = [], context: Context? = nil,
        _ remedies: [Remedy] = []
    ) {
        self.id = id
        self.severity = severity
        self.subject = subject
        self.evidence = evidence
        self.context = context
        self.remedies = remedies
    }

    package enum Severity: String, Comparable, CaseIterable, Sendable {
        /// Worth knowing; nothing has to be done.
        case info
        /// Traffic will be lost under load, failover or change, or is lost if the packet filter drops INVALID.
        case warning
        /// Traffic is being lost, or certainly will be.
        case error

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package enum Subject: Equatable, Sendable {
        /// IPVS as a whole in this network namespace.
        case director
        case service(Service.Identity)
        /// An address without a known service.
        case address(IPAddress, port: UInt16?)
        /// The conntrack table.
        case table
        case counter(StatisticsCounter)
        /// The packet asked about.
        case packet
    }

    package struct Evidence: Equatable, Sendable {
        /// In snake case, as the JSON member.
        package var name: String
        package var value: UInt64

        package init(_ name: String, _ value: some BinaryInteger) {
            self.name = name
            self.value = UInt64(clamping: value)
        }
    }

    package enum Context: Equatable, Sendable {
        /// Connections with one verdict, or orphans, and why they have it.
        case flows(FlowVerdict, VerdictReason)
        /// The forwarding methods of the connections in question.
        case methods([ForwardingMethod])
        case drops(Drops)
        case passed(PassedPackets)
        case lossInIPVS(LossInIPVS)
        case leftToHost(LeftToHost)
        /// Counters of the host, and by how much they grew.
        case outside([OutsideGrowth])
        case walk(WalkFact)
        /// What a check of a director names.
        case named(Named)
        /// What was dropped in the sandbox.
        case trial(TrialDrops)
        /// What the packet filter's files change when they are loaded again.
        case reload(RuleReload)
        /// A record tells of it.
        case recorded(RecordedSentences)
    }

    /// The names in the sentence of a check, beside its subject.
    package struct Named: Equatable, Sendable {
        package var services: [Service.Identity] = []
        package var destinations: [Endpoint] = []
        /// VIPs or real servers.
        package var addresses: [IPAddress] = []
        /// Others: gateways.
        package var others: [IPAddress] = []
        package var interfaces: [String] = []
        /// Settings.
        package var settings: [Remedy.Setting] = []
        /// Tables, programs.
        package var names: [String] = []

        package init(
            services: [Service.Identity] = [], destinations: [Endpoint] = [], addresses: [IPAddress] = [],
            others: [IPAddress] = [], interfaces: [String] = [], settings: [Remedy.Setting] = [],
            names: [String] = []
        ) {
            self.services = services
            self.destinations = destinations
            (self.addresses, self.others, self.interfaces) = (addresses, others, interfaces)
            self.settings = settings
            self.names = names
        }
    }

    /// The number with this name.
    package subscript(name: String) -> UInt64? { evidence.first { $0.name == name }?.value }

    /// Whether something has to be done.
    package var isTrouble: Bool { severity > .info }
}

extension [Finding] {
    /// The worst problem; nil if none is known.
    package var worst: Finding? { worstFirst.first.flatMap { $0.isTrouble ? $0 : nil } }

    /// By severity; within one severity, observed drops before inferred ones, most packets first.
    package var worstFirst: [Finding] {
        enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.severity != other.severity { return one.severity > other.severity }
            let (dropped, droppedElsewhere) = (one[Drops.evidenceName] ?? 0, other[Drops.evidenceName] ?? 0)
            return dropped != droppedElsewhere ? dropped > droppedElsewhere : left.offset < right.offset
        }.map(\.element)
    }
}
