import Conntrack

/// Why the entry attributed to a flow is uncertain.
enum FlowDoubt: Equatable, Sendable {
    /// The entry was created for another destination; only its reply tuple matches the flow, and perhaps other flows, too.
    case joinedByReply(Tuple, flows: Int)
    /// The table has a second entry with the flow's tuple, in another zone.
    case secondEntry(id: UInt32, zone: UInt16)

    var text: String {
        switch self {
        case .joinedByReply(let original, let flows):
            let others = flows == 1 ? "" : ", which \(flows) connections share"
            return "joined by the reply tuple\(others): the entry was made for \(original)"
        case .secondEntry(let id, let zone):
            return "another entry has this tuple too: id \(id) in zone \(zone)"
        }
    }
}
