import Addresses

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
