import Addresses
import Conntrack

/// How packets of one family are classified at one point: the rules that find observed packets, and the chains that sort them by class.
struct Dispatch {
    let point: ObservationPoint
    let family: IPAddress.Family

    private var stem: String { point.name + "_all" + family.suffix }

    private var fields: ObservedFields { ObservedFields(point, family) }

    private func has(_ targets: ObservationTargets) -> (ports: Bool, addresses: Bool) {
        let own = targets.targets(point.side).filter { $0.address.family == family }
        return (own.contains { $0.isPort }, own.contains { !$0.isPort })
    }

    /// The rules of the base chain.
    func rules(
        _ targets: ObservationTargets, _ sets: TargetSets, in table: inout TableWriter
    ) -> [[RuleStatement]] {
        guard point.countsPorts else {
            return [sets.virtualAddresses, sets.addresses].compactMap(\.self).map {
                [ObservedFields.isRewritten, .lookup([fields.address], $0), .goto(stem)]
            }
        }
        let hasPorts = has(targets).ports
        var rules: [[RuleStatement]] = []
        if hasPorts { rules.append([.verdictMap(portKey, addPorts(targets, to: &table))]) }
        if let addresses = sets.addresses { rules.append([.lookup([fields.address], addresses), .goto(stem)]) }
        if hasPorts { rules.append([table.matchErrors(fields), .goto(errors)]) }
        guard point.side == .answering, hasPorts, let senders = sets.virtualAddresses else { return rules }
        // Most packets are no answers: to look at their address alone costs less than the three fields of the map.
        table.chain(candidates)
        for rule in rules { table.rule(in: candidates, rule) }
        return [
            [.lookup([fields.address], senders), .goto(candidates)], [table.matchErrors(fields), .goto(errors)],
        ]
    }

    /// Adds the chains that the rules jump to. Each is named after the packets it gets.
    func addChains(_ targets: ObservationTargets, _ sets: TargetSets, to table: inout TableWriter) {
        let has = has(targets)
        if has.ports, point.countsPorts {
            if classes(portsOnly: targets).contains(.syn) {
                table.chain(tcp)
                sort(CounterSet.classesOfTCP, mark: nil, in: tcp, of: &table)
            }
            addErrors(sets, to: &table)
        }
        if has.addresses || has.ports && !point.countsPorts { addEverything(stem, mark: nil, to: &table) }
    }

    private func addErrors(_ sets: TargetSets, to table: inout TableWriter) {
        table.chain(errors)
        if let flows = sets.flows {
            table.rule(
                in: errors, fields.embeddedIsPlain, .lookup(fields.embeddedFlow, flows),
                .goto(name(.icmpError, .embedded)))
        }
        if let addresses = sets.virtualAddresses {
            table.rule(
                in: errors, .lookup([fields.address], addresses), .goto(name(.icmpError, .icmpType)))
        }
    }

    /// The names of the map of ports, and of chains.
    private var ports: String { point.name + "_ports" + family.suffix }
    private var tcp: String { point.name + "_tcp" + family.suffix }
    private var errors: String { point.name + "_errors" + family.suffix }
    private var candidates: String { point.name + "_from" + family.suffix }

    private var portKey: [PacketField] { [fields.address, .transportProtocol, fields.port] }

    /// A single lookup finds whether a packet is observed, and where it is counted: TCP is divided further, the others are classes themselves.
    private func addPorts(_ targets: ObservationTargets, to table: inout TableWriter) -> TableSet.Reference {
        var elements: [TableSet.Element] = []
        for case .port(let `protocol`, let endpoint) in targets.targets(point.side)
        where endpoint.address.family == family {
            let packetClass = CounterSet.classesWithPorts.first { $0.protocol == `protocol` }
            guard let packetClass else { continue }
            let key: [UInt8] = .key(endpoint.address.networkBytes, [`protocol`.rawValue], endpoint.portBytes)
            elements.append(.init(key: key, chain: `protocol` == .tcp ? tcp : name(packetClass, .port)))
        }
        elements.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return table.set(ports, portKey, .gotoChains(elements))
    }

    func counters(_ targets: ObservationTargets) -> [CounterSet] {
        let has = has(targets)
        guard point.countsAddresses else { return [] }
        if has.addresses || has.ports && !point.countsPorts { return allCounters(mark: nil) }
        guard has.ports else { return [] }
        return classes(portsOnly: targets).map { CounterSet(point, $0, .port, family) } + errorCounters(mark: nil)
    }

    private func errorCounters(mark: UInt32?) -> [CounterSet] {
        if !point.countsErrors { return [] }
        return [CounterSet.Key.embedded, .icmpType].map { CounterSet(point, .icmpError, $0, family, mark: mark) }
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

    /// Adds rules that send each class to its chain.
    private func sort(_ classes: [PacketClass], mark: UInt32?, in chain: String, of table: inout TableWriter) {
        for packetClass in classes {
            table.rule(in: chain, packetClass.match, .goto(name(packetClass, .port, mark: mark)))
        }
    }

    private func addEverything(_ chain: String, mark: UInt32?, to table: inout TableWriter) {
        table.chain(chain)
        sort(CounterSet.classesWithPorts, mark: mark, in: chain, of: &table)
        if point.countsErrors {
            table.rule(
                in: chain, table.matchErrors(fields), fields.embeddedIsPlain,
                .goto(name(.icmpError, .embedded, mark: mark)))
            table.rule(in: chain, table.matchErrors(fields), .goto(name(.icmpError, .icmpType, mark: mark)))
        }
        table.rule(in: chain, .goto(name(.other, .protocol, mark: mark)))
    }

    private func allCounters(mark: UInt32?) -> [CounterSet] {
        CounterSet.classesWithPorts.map { CounterSet(point, $0, .port, family, mark: mark) }
            + errorCounters(mark: mark) + [CounterSet(point, .other, .protocol, family, mark: mark)]
    }

    // MARK: Marks

    /// A packet of a fwmark service belongs to it, whatever its address (ip_vs_service_find, ip_vs_ctl.c).
    func markRules(_ targets: ObservationTargets, in table: inout TableWriter) -> [[RuleStatement]] {
        let marks = marks(targets)
        guard !marks.isEmpty else { return [] }
        let elements = marks.map { mark in
            TableSet.Element(key: withUnsafeBytes(of: mark, Array.init), chain: markChain(mark))
        }
        let map = table.set(nil, [.mark], .gotoChains(elements))
        return [(table.family == .inet ? [family.isPackets] : []) + [.verdictMap([.mark], map)]]
    }

    func addMarkChains(_ targets: ObservationTargets, to table: inout TableWriter) {
        for mark in marks(targets) { addEverything(markChain(mark), mark: mark, to: &table) }
    }

    func markCounters(_ targets: ObservationTargets) -> [CounterSet] {
        marks(targets).flatMap { allCounters(mark: $0) }
    }

    private func markChain(_ mark: UInt32) -> String { "\(point.name)_mark\(mark)_all\(family.suffix)" }

    /// Answers do not carry the service's mark.
    private func marks(_ targets: ObservationTargets) -> [UInt32] {
        guard point.countsMarks else { return [] }
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
    fileprivate var match: RuleStatement {
        let (fin, syn, rst, ack) = (
            TCPFlags.fin.rawValue, TCPFlags.syn.rawValue, TCPFlags.rst.rawValue, TCPFlags.ack.rawValue
        )
        func flags(_ value: UInt8, of mask: UInt8) -> RuleStatement { .equal(.tcpFlags, [value], mask: [mask]) }
        return switch self {
        case .ack: flags(ack, of: fin | syn | rst | ack)
        case .syn: flags(syn, of: fin | syn | rst | ack)
        case .synAck: flags(syn | ack, of: fin | syn | rst | ack)
        case .fin: flags(fin, of: fin | syn | rst)
        case .rst: flags(rst, of: fin | syn | rst)
        case .udp: IPProtocol.udp.isPackets
        case .sctp: IPProtocol.sctp.isPackets
        case .tcpOther, .icmpError, .other: IPProtocol.tcp.isPackets
        }
    }
}
