import Addresses
import Conntrack
import IPVS

/// Something that is wrong with a director, or worth knowing of it, as values. `Sources/Reports/Findings` writes the sentences.
package struct Finding: Equatable, Sendable {
    package var id: ID
    package var severity: Severity
    package var subject: Subject
    /// The numbers it rests on, each name once, in the order in which they are to be read.
    package var evidence: [Evidence]
    /// What its sentence needs besides the numbers.
    package var context: Context?
    /// What would help, the most effective first; none where nothing has to be done, or nothing is known to help.
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
        /// Traffic is lost now, or surely.
        case error

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package enum Subject: Equatable, Sendable {
        /// All that IPVS does in this network namespace.
        case director
        case service(Service.Identity)
        /// One that no service is known of.
        case address(IPAddress, port: UInt16?)
        /// The conntrack table.
        case table
        case counter(StatisticsCounter)
        /// One that was asked about.
        case packet
    }

    package struct Evidence: Equatable, Sendable {
        /// In snake case, as a member of JSON.
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
        /// The forwarding methods of the connections that are meant.
        case methods([ForwardingMethod])
        case drops(Drops)
        case passed(PassedPackets)
        case walk(WalkFact)
    }

    /// The number of that name.
    package subscript(name: String) -> UInt64? { evidence.first { $0.name == name }?.value }

    /// Whether something has to be done.
    package var isTrouble: Bool { severity > .info }
}

extension [Finding] {
    /// What is worst of what is wrong; nil when nothing is known to be.
    package var worst: Finding? { worstFirst.first.flatMap { $0.isTrouble ? $0 : nil } }

    /// By severity; what was seen to be dropped comes before what was inferred, and of that the most packets.
    package var worstFirst: [Finding] {
        enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.severity != other.severity { return one.severity > other.severity }
            let (dropped, droppedElsewhere) = (one[Drops.evidenceName] ?? 0, other[Drops.evidenceName] ?? 0)
            return dropped != droppedElsewhere ? dropped > droppedElsewhere : left.offset < right.offset
        }.map(\.element)
    }
}
