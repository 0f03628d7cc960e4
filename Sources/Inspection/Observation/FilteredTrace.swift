import Addresses
import Conntrack
import Firewall
import IPVS

/// Traced packets of one kind that a rule dropped, as a filter sees them.
struct FilteredTrace: FilterRow {
    private let blame: Blame
    private let kind: TracedKind
    private let hook: NetfilterHook?
    /// Of answers a trace has the client, not whose they are.
    private let isAnswer: Bool
    private let owners: [ObservedDrop.Owner]

    /// - Parameter subjects: those of the observation.
    init(_ kind: TracedKind, by blame: Blame, among subjects: [ObservedSubject]) {
        (self.blame, self.kind) = (blame, kind)
        hook = blame.hook ?? kind.after?.hook
        isAnswer = hook == .forward || kind.after?.side == .answering
        owners = isAnswer ? [] : subjects.filter(kind.isTo).map(\.owner)
    }

    func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .packetClass: .name(kind.packetClass.name)
        case .ctstate: .name(kind.state.name)
        case .hook: hook.map { .name($0.name) } ?? .unknown
        case .packets: .number(UInt64(clamping: blame.packets))
        case .family: (kind.target?.address.family).map { .number($0 == .ipv4 ? 2 : 10) } ?? .unknown
        case .protocol: any(key, kind.protocol.map { .number(UInt64($0.rawValue)) })
        case .src: isAnswer ? target : .unknown
        case .sport: isAnswer ? targetPort : .unknown
        case .dst: any(key, isAnswer ? nil : target)
        case .dport: any(key, isAnswer ? nil : targetPort)
        case .mark: .unknown
        default: .absent
        }
    }

    private var target: FilterFact { kind.target.map { .endpoint($0.address, $0.port) } ?? .unknown }
    private var targetPort: FilterFact { kind.target.map { FilterFact($0.port) } ?? .unknown }

    /// - Parameter own: of the packets themselves; nil if that is not known.
    private func any(_ key: FilterKey, _ own: FilterFact?) -> FilterFact {
        .several([own ?? .unknown] + owners.map { $0.fact(key, of: kind.packetClass) })
    }

    var isServiceKnown: Bool { !owners.isEmpty }

    func isOf(_ service: FilterService) -> Bool { owners.contains { $0.isOf(service) } }

    func write(to text: inout RowText) {
        for word in blame.rowWords { text.append(field: word) }
        text.append(field: kind.packetClass.title)
        text.append(field: kind.state.name)
        if let name = kind.icmpName { text.append(field: name) }
        text.append(kind.target?.address, kind.target?.port)
    }
}

extension Blame {
    /// Of its base chain; nil if that is not known, or the chain may be reached from several.
    fileprivate var hook: NetfilterHook? {
        guard case .known(_, let name?) = text else { return nil }
        return switch name {
        case "prerouting": .preRouting
        case "input": .localIn
        case "forward": .forward
        case "output": .localOut
        case "postrouting": .postRouting
        default: nil
        }
    }

    /// The rule's place and its text, as in the output.
    var rowWords: [String] {
        guard case .known(let statement, _) = text else { return [rule.description] }
        return [rule.description, statement]
    }
}
