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
