import Addresses

/// Filter words that take values, named like their options.
package enum FilterWord: String, CaseIterable, Sendable {
    case family, `protocol`, src, dst, sport, dport
    case replySrc = "reply-src"
    case replyDst = "reply-dst"
    case replySport = "reply-sport"
    case replyDport = "reply-dport"
    case icmpType = "icmp-type"
    case icmpCode = "icmp-code"
    case icmpID = "icmp-id"
    case service, state, status, mark, zone
    case origZone = "orig-zone"
    case replyZone = "reply-zone"
    case label

    /// Reads a word's name; `proto` means `protocol`.
    package init?(name: String) { self.init(rawValue: name == "proto" ? "protocol" : name) }

    /// Its valid values, worded to end a sentence.
    func takes(_ labels: FilterLabels) -> String {
        switch self {
        case .family: "ipv4 or ipv6"
        case .protocol: "a name such as tcp, or a number up to 255"
        case .src, .dst, .replySrc, .replyDst: "an IPv4 or IPv6 ADDRESS, or ADDRESS/LENGTH"
        case .sport, .dport, .replySport, .replyDport: FilterText.takesPorts
        case .icmpType, .icmpCode: "a number up to 255"
        case .icmpID: "ID or FIRST-LAST, up to 65535"
        case .service: "[PROTOCOL/]ADDRESS[:PORT]"
        case .state: "a state such as ESTABLISHED, or a number up to 255"
        case .status: StatusWord.takes
        case .mark: "MARK or MARK/MASK, decimal or with 0x, with no bits outside the mask"
        case .zone, .origZone, .replyZone: "a number up to 65535"
        case .label: labels.takes
        }
    }
}

extension FilterWord {
    /// The word's named values, in their usual spelling; empty if there are only numbers and addresses.
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
    /// Those of TCP first, then the additional ones of SCTP and DCCP.
    fileprivate static var names: [String] {
        var seen: Set<String> = []
        let all = ProtocolState.TCP.names + ProtocolState.SCTP.names + ProtocolState.DCCP.names
        return all.filter { seen.insert($0).inserted }
    }
}

/// Filter words without values, named like their options: conditions on status bits.
package enum FilterFlag: String, CaseIterable, Sendable {
    case unreplied, assured, dying, offload
    case srcNat = "src-nat"
    case dstNat = "dst-nat"
    case anyNat = "any-nat"

    /// The bits to look at.
    var bits: Status {
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
    /// Adds a flag's condition; negated, that the flag does not apply.
    ///
    /// - Parameter spelled: how the user writes flags, for errors.
    /// - Throws: for `any-nat` together with `offload`: a filter has one set of bits of which any matches.
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

/// The values of `status`: the name of a bit, or a word that conntrack(8) uses for none.
enum StatusWord: Equatable {
    case bit(Status)
    case unreplied
    /// “No bit” in conntrack(8): no condition.
    case unset

    /// The documented values; those of conntrack(8) are accepted too.
    static let names = Status.names.filter { $0 != "TEMPLATE" } + ["UNREPLIED"]
    /// Worded to end a sentence.
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
