import Addresses
import Conntrack

/// How packets of one family are classified at one point: the rules that find observed packets, and the chains that sort them by class.
struct Dispatch {
    let point: ObservationPoint
    let family: IPAddress.Family

    private var stem: String { point.name + "_all" + family.suffix }

    private func set(_ kind: String) -> String { "@\(point.side)_\(kind)\(family.suffix)" }

    private func has(_ targets: ObservationTargets) -> (ports: Bool, addresses: Bool) {
        let own = targets.targets(point.side).filter { $0.address.family == family }
        return (own.contains { $0.isPort }, own.contains { !$0.isPort })
    }

    /// The rules of the base chain.
    func rules(_ targets: ObservationTargets) -> String {
        let has = has(targets)
        let words = RuleParts(point.side, family)
        var rules = ""
        if has.ports {
            rules += "\(words.address) . meta l4proto . \(words.port) vmap @\(ports)\n"
        }
        if has.addresses { rules += "\(words.address) \(set("addresses")) goto \(stem)\n" }
        if has.ports { rules += "\(words.errors) goto \(point.name)_errors\(family.suffix)\n" }
        return rules
    }

    /// The chains that the rules jump to. Each is named after the packets it gets.
    func chains(_ targets: ObservationTargets) -> String {
        let has = has(targets)
        let words = RuleParts(point.side, family)
        var text = ""
        if has.ports {
            text += map(targets)
            if classes(portsOnly: targets).contains(.syn) {
                text += chain(tcp, sorting(CounterSet.classesOfTCP, mark: nil))
            }
            text += chain(
                point.name + "_errors" + family.suffix,
                "\(words.embedded) \(set("flows")) goto \(name(.icmpError, .embedded))\n"
                    + "\(words.address) \(set("vips")) goto \(name(.icmpError, .icmpType))\n")
        }
        if has.addresses { text += chain(stem, everything(mark: nil)) }
        return text
    }

    /// The name of the map of ports, and of the TCP chain.
    private var ports: String { point.name + "_ports" + family.suffix }
    private var tcp: String { point.name + "_tcp" + family.suffix }

    /// A single lookup finds whether a packet is observed, and where it is counted: TCP is divided further, the others are classes themselves.
    private func map(_ targets: ObservationTargets) -> String {
        var elements: [String] = []
        for case .port(let `protocol`, let endpoint) in targets.targets(point.side)
        where endpoint.address.family == family {
            let packetClass = CounterSet.classesWithPorts.first { $0.protocol == `protocol` }
            guard let packetClass else { continue }
            let chain = `protocol` == .tcp ? tcp : name(packetClass, .port)
            elements.append("\(endpoint.address) . \(`protocol`.rawValue) . \(endpoint.port) : goto \(chain)")
        }
        let type = "type \(RuleParts(point.side, family).addressType) . inet_proto . inet_service : verdict"
        return "map \(ports) {\n\(type)\nelements = { \(elements.sorted().joined(separator: ", ")) }\n}\n"
    }

    func counters(_ targets: ObservationTargets) -> [CounterSet] {
        let has = has(targets)
        if has.addresses { return allCounters(mark: nil) }
        guard has.ports else { return [] }
        return classes(portsOnly: targets).map { CounterSet(point, $0, .port, family) } + [
            CounterSet(point, .icmpError, .embedded, family), CounterSet(point, .icmpError, .icmpType, family),
        ]
    }

    private func name(_ packetClass: PacketClass, _ key: CounterSet.Key, mark: UInt32? = nil) -> String {
        CounterSet(point, packetClass, key, family, mark: mark).name
    }

    /// Of the observed protocols only, so that no unneeded set is created.
    private func classes(portsOnly targets: ObservationTargets) -> [PacketClass] {
        let own = targets.targets(point.side).filter { $0.address.family == family }
        let protocols = Set(own.compactMap(\.protocol))
        return CounterSet.classesWithPorts.filter { protocols.contains($0.protocol) }
    }

    /// Rules that send each class to its chain.
    private func sorting(_ classes: [PacketClass], mark: UInt32?) -> String {
        classes.map { "\($0.match) goto \(name($0, .port, mark: mark))\n" }.joined()
    }

    private func everything(mark: UInt32?) -> String {
        let words = RuleParts(point.side, family)
        return sorting(CounterSet.classesWithPorts, mark: mark)
            + "\(words.errors) \(words.embeddedIsPlain) goto \(name(.icmpError, .embedded, mark: mark))\n"
            + "\(words.errors) goto \(name(.icmpError, .icmpType, mark: mark))\n"
            + "goto \(name(.other, .protocol, mark: mark))\n"
    }

    private func allCounters(mark: UInt32?) -> [CounterSet] {
        CounterSet.classesWithPorts.map { CounterSet(point, $0, .port, family, mark: mark) } + [
            CounterSet(point, .icmpError, .embedded, family, mark: mark),
            CounterSet(point, .icmpError, .icmpType, family, mark: mark),
            CounterSet(point, .other, .protocol, family, mark: mark),
        ]
    }

    private func chain(_ name: String, _ rules: String) -> String { "chain \(name) {\n\(rules)}\n" }

    // MARK: Marks

    /// A packet of a fwmark service belongs to it, whatever its address (ip_vs_service_find, ip_vs_ctl.c).
    func markRules(_ targets: ObservationTargets, _ table: TableFamily) -> String {
        let marks = marks(targets)
        guard !marks.isEmpty else { return "" }
        let verdicts = marks.map { "\($0) : goto \(markChain($0))" }.joined(separator: ", ")
        let ofFamily = table == .inet ? "meta nfproto \(family) " : ""
        return "\(ofFamily)meta mark vmap { \(verdicts) }\n"
    }

    func markChains(_ targets: ObservationTargets) -> String {
        marks(targets).map { chain(markChain($0), everything(mark: $0)) }.joined()
    }

    func markCounters(_ targets: ObservationTargets) -> [CounterSet] {
        marks(targets).flatMap { allCounters(mark: $0) }
    }

    private func markChain(_ mark: UInt32) -> String { "\(point.name)_mark\(mark)_all\(family.suffix)" }

    /// Answers do not carry the service's mark.
    private func marks(_ targets: ObservationTargets) -> [UInt32] {
        guard point.side != .answering else { return [] }
        return targets.marks.filter { $0.family == family }.map(\.value).sorted()
    }
}

extension ObservationTargets.Target {
    fileprivate var isPort: Bool { `protocol` != nil }

    fileprivate var `protocol`: IPProtocol? {
        switch self {
        case .port(let `protocol`, _): `protocol`
        case .address: nil
        }
    }
}

extension PacketClass {
    /// The protocol, for classes with ports.
    var `protocol`: IPProtocol {
        switch self {
        case .udp: .udp
        case .sctp: .sctp
        default: .tcp
        }
    }

    /// How a rule matches it, for classes with ports; consistent with `PacketClass(tcp:)`.
    fileprivate var match: String {
        switch self {
        case .ack: "tcp flags & (fin | syn | rst | ack) == ack"
        case .syn: "tcp flags & (fin | syn | rst | ack) == syn"
        case .synAck: "tcp flags & (fin | syn | rst | ack) == syn | ack"
        case .fin: "tcp flags & (fin | syn | rst) == fin"
        case .rst: "tcp flags & (fin | syn | rst) == rst"
        case .udp: "meta l4proto udp"
        case .sctp: "meta l4proto sctp"
        case .tcpOther, .icmpError, .other: "meta l4proto tcp"
        }
    }
}
