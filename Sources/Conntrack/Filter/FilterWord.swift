import Addresses

/// The words of a filter that take values, by the names that their options have.
package enum FilterWord: String, CaseIterable, Sendable {
    case family, `protocol`, src, dst, sport, dport
    case replySrc = "reply-src"
    case replyDst = "reply-dst"
    case replySport = "reply-sport"
    case replyDport = "reply-dport"
    case icmpType = "icmp-type"
    case service, state, status, mark, zone
    case origZone = "orig-zone"
    case replyZone = "reply-zone"
    case label

    /// Reads a name of the word; `proto` is one of `protocol`.
    package init?(name: String) { self.init(rawValue: name == "proto" ? "protocol" : name) }

    /// Its values, in words that end a sentence.
    func takes(_ labels: FilterLabels) -> String {
        switch self {
        case .family: "ipv4 or ipv6"
        case .protocol: "a name as tcp, or a number up to 255"
        case .src, .dst, .replySrc, .replyDst: "an IPv4 or IPv6 ADDRESS, or ADDRESS/LENGTH"
        case .sport, .dport, .replySport, .replyDport: FilterText.takesPorts
        case .icmpType: "a number up to 255"
        case .service: "[PROTOCOL/]ADDRESS[:PORT]"
        case .state: "a state as ESTABLISHED, or a number up to 255"
        case .status: StatusWord.takes
        case .mark: "MARK or MARK/MASK, with no bit that the mask lacks"
        case .zone, .origZone, .replyZone: "a number up to 65535"
        case .label: labels.takes
        }
    }
}

extension FilterWord {
    /// The values of the word that have names, as they are usually spelled; empty where there are only numbers and addresses.
    package var namedValues: [String] {
        switch self {
        case .family: ["ipv4", "ipv6"]
        case .protocol: IPProtocol.names
        case .state: EntryFilter.State.names
        case .status: StatusWord.names
        default: []
        }
    }
}

extension EntryFilter.State {
    /// Of TCP first, then what SCTP and DCCP have besides.
    fileprivate static var names: [String] {
        var seen: Set<String> = []
        let all = ProtocolState.TCP.names + ProtocolState.SCTP.names + ProtocolState.DCCP.names
        return all.filter { seen.insert($0).inserted }
    }
}

/// The words of a filter that stand alone, by the names that their options have: conditions on status bits.
package enum FilterFlag: String, CaseIterable, Sendable {
    case unreplied, assured, dying, offload
    case srcNat = "src-nat"
    case dstNat = "dst-nat"
    case anyNat = "any-nat"

    /// The bits that are looked at.
    fileprivate var bits: Status {
        switch self {
        case .unreplied: .seenReply
        case .assured: .assured
        case .dying: .dying
        case .offload: [.offload, .hardwareOffload]
        case .srcNat: .sourceNAT
        case .dstNat: .destinationNAT
        case .anyNat: [.sourceNAT, .destinationNAT]
        }
    }
}

extension EntryFilter {
    /// Adds the condition of a flag; negated, that the flag does not hold.
    ///
    /// - Parameter spelled: how its writer spells flags, for errors.
    /// - Throws: for `any-nat` and `offload` together: a filter wants one set of bits of which any will do.
    package mutating func add(
        _ flag: FilterFlag, isNegated: Bool = false, spelled: (FilterFlag) -> String = \.rawValue
    ) throws(FilterError) {
        switch (flag, isNegated) {
        case (.unreplied, true): requiredStatus.formUnion(flag.bits)
        case (.unreplied, false), (_, true): forbiddenStatus.formUnion(flag.bits)
        case (.offload, false), (.anyNat, false):
            guard anyStatus == [] || anyStatus == flag.bits else {
                throw FilterError(spelled(.anyNat), .excludes(spelled(.offload), instead: spelled(.srcNat)))
            }
            anyStatus = flag.bits
        default: requiredStatus.formUnion(flag.bits)
        }
    }
}

/// What the word `status` takes: the name of a bit, or a word of conntrack(8)'s for none.
enum StatusWord: Equatable {
    case bit(Status)
    case unreplied
    /// conntrack(8) has it for “no bit”: no condition.
    case unset

    /// The values that are told of; conntrack(8)'s own are taken besides.
    static let names = Status.names.filter { $0 != "TEMPLATE" } + ["UNREPLIED"]
    /// In words that end a sentence.
    static let takes = names.joined(separator: ", ")

    init?(_ text: String) {
        switch text.uppercased() {
        case "UNREPLIED": self = .unreplied
        case "UNSET": self = .unset
        default:
            guard let status = Status(name: text) else { return nil }
            self = .bit(status)
        }
    }

    func add(to filter: inout EntryFilter, isNegated: Bool) {
        switch (self, isNegated) {
        case (.bit(let status), false): filter.requiredStatus.insert(status)
        case (.bit(let status), true): filter.forbiddenStatus.insert(status)
        case (.unreplied, false): filter.forbiddenStatus.insert(.seenReply)
        case (.unreplied, true): filter.requiredStatus.insert(.seenReply)
        case (.unset, _): break
        }
    }
}
