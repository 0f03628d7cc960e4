import Conntrack

/// Why what is said of one flow's entry is less than certain.
enum FlowDoubt: Equatable, Sendable {
    /// The entry was made for another destination, and only its reply tuple is the flow's, and perhaps that of others.
    case joinedByReply(Tuple, flows: Int)
    /// The table has a second entry with the flow's tuple: in another zone.
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
