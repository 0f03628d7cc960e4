import Inspection

extension StuckReason {
    /// Without a full stop.
    package var words: String {
        switch self {
        case .endDropped: "a FIN or RST of it was dropped, and it is still ESTABLISHED"
        case .unseenByIPVS: "for conntrack it has ended, for IPVS it is still ESTABLISHED"
        case .unseenByConntrack: "for IPVS it is ending, for conntrack it is still ESTABLISHED"
        }
    }
}
