import Addresses
import Conntrack

/// The meaning of a filter, implemented as plainly as possible with text and lists, with no regard for speed.
enum NaiveFilter {
    static func matches(_ filter: EntryFilter, _ entry: Entry) -> Bool {
        let facts = [
            holds(filter.families) { entry.family == $0 },
            holds(filter.protocols) { "\(entry.original.protocol)" == "\($0)" },
            holds(filter.services) { isService($0, entry.original) },
            holds(filter.marks) { (entry.mark ?? 0) & $0.mask == $0.value & $0.mask },
            holds(filter.icmp.types) { entry.original.icmpNumbers?.type == $0 },
            holds(filter.icmp.codes) { entry.original.icmpNumbers?.code == $0 },
            holds(filter.icmp.ids) { range in entry.original.icmpNumbers.map { range.contains($0.id) } ?? false },
            holds(filter.zones) { (entry.zone ?? 0) == $0 },
            holds(filter.states) { stateNames($0, of: entry).contains(entry.state?.name ?? "none") },
            side(filter.original, entry.original), side(filter.reply, entry.reply),
            filter.requiredStatus.names.allSatisfy { entry.status.names.contains($0) },
            filter.forbiddenStatus.names.allSatisfy { !entry.status.names.contains($0) },
            filter.anyStatus == [] || filter.anyStatus.names.contains { entry.status.names.contains($0) },
            filter.requiredLabels.allSatisfy { labels(of: entry).contains(Int($0)) },
            filter.forbiddenLabels.allSatisfy { !labels(of: entry).contains(Int($0)) },
        ]
        return facts.allSatisfy { $0 }
    }

    private static func holds<Value>(_ choice: Choice<Value>, _ isIt: (Value) -> Bool) -> Bool {
        let isWanted = choice.wanted.isEmpty || !choice.wanted.filter(isIt).isEmpty
        return isWanted && choice.unwanted.filter(isIt).isEmpty
    }

    private static func side(_ side: EntryFilter.Side, _ tuple: Tuple) -> Bool {
        let ports = tuple.portNumbers
        let facts = [
            holds(side.sources) { isInside($0, tuple.source) },
            holds(side.destinations) { isInside($0, tuple.destination) },
            holds(side.sourcePorts) { range in ports.map { range.contains($0.source) } ?? false },
            holds(side.destinationPorts) { range in ports.map { range.contains($0.destination) } ?? false },
            holds(side.zones) { (tuple.zone ?? 0) == $0 },
        ]
        return facts.allSatisfy { $0 }
    }

    private static func isInside(_ prefix: Prefix, _ address: IPAddress?) -> Bool {
        guard let address else { return false }
        let (one, two) = (bits(prefix.address), bits(address))
        return one.count == two.count && one.prefix(prefix.length) == two.prefix(prefix.length)
    }

    private static func bits(_ address: IPAddress) -> [Bool] {
        address.networkBytes.flatMap { byte in (0..<8).map { byte & 0x80 >> UInt8($0) != 0 } }
    }

    private static func isService(_ service: EntryFilter.Service, _ original: Tuple) -> Bool {
        let isPort = service.port == nil || service.port == original.portNumbers?.destination
        let isProtocol = service.protocol == nil || service.protocol == original.protocol
        return isPort && isProtocol && original.destination.map { "\($0)" } == "\(service.address)"
    }

    private static func stateNames(_ state: EntryFilter.State, of entry: Entry) -> [String] {
        switch entry.state {
        case .tcp?: state.tcp.flatMap { ProtocolState.tcp(.init(state: $0)).name }.map { [$0] } ?? []
        case .sctp?: state.sctp.flatMap { ProtocolState.sctp(.init(state: $0)).name }.map { [$0] } ?? []
        case .dccp?: state.dccp.flatMap { ProtocolState.dccp(.init(state: $0)).name }.map { [$0] } ?? []
        case nil: []
        }
    }

    private static func labels(of entry: Entry) -> [Int] {
        entry.labels.enumerated().flatMap { index, byte in
            (0..<8).filter { byte >> UInt8($0) & 1 == 1 }.map { index * 8 + $0 }
        }
    }
}
