/// The traffic sent to the director. See Tools/traffic.c.
enum TrafficLoad: String, Codable, CaseIterable {
    case bulk
    case datagrams
    /// Datagrams to an address and port that are not observed.
    case bystanders
    case requests

    var title: String {
        switch self {
        case .bulk: "one TCP stream to the virtual address"
        case .datagrams: "UDP datagrams of 64 bytes to the virtual address"
        case .bystanders: "the same to another address and port"
        case .requests: "64 bytes there and back over TCP, one after the other"
        }
    }

    /// The unit of its rate, and how many of the measured items one unit stands for.
    var unit: (name: String, size: Double) {
        switch self {
        case .bulk: ("MB/s", 1e6)
        case .datagrams, .bystanders: ("packets/s", 1)
        case .requests: ("requests/s", 1)
        }
    }

    var isObserved: Bool { self != .bystanders }

    /// The command line of `traffic`: it sends to the director from another namespace, and receives in this one.
    func words(_ tools: Tools, from clients: String, seconds: Int) -> [String] {
        let kind = self == .bystanders ? TrafficLoad.datagrams : self
        let address = isObserved ? Wiring.virtualAddress : Wiring.otherAddress
        let port = isObserved ? PacketFilter.port : PacketFilter.otherPort
        return [tools.traffic, kind.rawValue, clients, address, "\(port)", "\(seconds * 1000)"]
    }

    func judge(_ summaries: [Role: TrafficFigures]) -> [Judgement] {
        let ratios = [
            ratio(.ours, summaries, self == .bulk ? .atLeast(0.98) : .none), ratio(.peer, summaries, .none),
        ]
        guard self != .bulk else { return ratios }
        return ratios + [cost(.ours, summaries), cost(.peer, summaries)]
    }

    private func ratio(_ role: Role, _ summaries: [Role: TrafficFigures], _ bound: Target.Bound) -> Judgement {
        let floor = summaries[.floor].flatMap { $0.eachSecond > 0 ? $0.eachSecond : nil }
        let value = summaries[role].flatMap { own in floor.map { own.eachSecond / $0 } }
        return Judgement("\(unit.name), \(role == .ours ? "observed" : "counting rules") / floor", value, bound)
    }

    private func cost(_ role: Role, _ summaries: [Role: TrafficFigures]) -> Judgement {
        let floor = summaries[.floor]?.nanosecondsEach
        let value = summaries[role]?.nanosecondsEach.flatMap { own in floor.map { own - $0 } }
        let what = self == .requests ? "request" : "packet"
        return Judgement("cost a \(what) of \(role == .ours ? "observe" : "counting rules"), ns", value, .none)
    }
}
