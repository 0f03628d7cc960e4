import Addresses
import Conntrack

/// How many entries have which value: what fills the table.
package struct EntryTally: RowTally {
    /// What entries are counted by.
    package enum Subject: String, CaseIterable, Sendable {
        /// The source address of the original direction: clients.
        case source = "src"
        /// The same, with protocol, destination address and port of the original direction: clients of each service.
        case sourceAndDestination = "src-dst"
        /// The destination address of the original direction: VIPs.
        case destination = "dst"
        /// Protocol and destination port of the original direction.
        case destinationPort = "dport"
        /// The source address of the reply direction: who answers. Real servers, if IPVS forwards by NAT.
        case replySource = "reply-src"
        /// Protocol and the protocol's state.
        case state
        /// The conntrack zone.
        case zone
    }

    /// A value that entries are counted by.
    enum Value: Hashable, Sendable {
        case address(IPAddress?)
        case pair(IPAddress?, IPProtocol, IPAddress?, UInt16?)
        case port(IPProtocol, UInt16?)
        case state(IPProtocol, String?)
        /// Of both directions, then of the original and the reply direction only.
        case zone(UInt16, UInt16?, UInt16?)
    }

    package let subject: Subject
    private var tally = Tally<Value>()

    package init(by subject: Subject) { self.subject = subject }

    /// Bytes and packets are those of both directions.
    ///
    /// - Parameter added: those since the reading before; nil where that is not known.
    package mutating func count(_ entry: Entry, added: Entry.Counters? = nil) {
        let (original, reply) = (entry.originalCounters, entry.replyCounters)
        var one = TallyAmount(
            count: 1, packets: (original?.packets ?? 0) &+ (reply?.packets ?? 0),
            bytes: (original?.bytes ?? 0) &+ (reply?.bytes ?? 0))
        (one.addedPackets, one.addedBytes) = (added?.packets ?? 0, added?.bytes ?? 0)
        tally.count(value(of: entry), one)
    }

    /// The number of values.
    package var values: Int { tally.values }

    /// Of all entries that were counted.
    package var total: TallyAmount { tally.total }

    package func top(_ most: Int, by measure: TallyMeasure) -> [TallyRow] {
        tally.top(most, by: measure) { $0.filter(subject) }
    }

    private func value(of entry: Entry) -> Value {
        let tuple = entry.original
        switch subject {
        case .source: return .address(tuple.source)
        case .sourceAndDestination:
            return .pair(tuple.source, tuple.protocol, tuple.destination, tuple.ports?.destination)
        case .destination: return .address(tuple.destination)
        case .destinationPort: return .port(tuple.protocol, tuple.ports?.destination)
        case .replySource: return .address(entry.reply.source)
        case .state: return .state(tuple.protocol, entry.state?.name)
        case .zone: return .zone(entry.zone ?? 0, tuple.zone, entry.reply.zone)
        }
    }
}

extension EntryTally.Value {
    fileprivate func filter(_ subject: EntryTally.Subject) -> String? {
        switch self {
        case .address(let address?): "\(subject.rawValue)=\(address)"
        case .pair(let source?, let `protocol`, let destination?, let port?):
            "protocol=\(`protocol`.rawValue) src=\(source) dst=\(Endpoint(destination, port))"
        case .pair(let source?, let `protocol`, let destination?, nil):
            "protocol=\(`protocol`.rawValue) src=\(source) dst=\(destination)"
        case .port(let `protocol`, let port?): "protocol=\(`protocol`.rawValue) dport=\(port)"
        case .state(let `protocol`, let state?): "protocol=\(`protocol`.rawValue) state=\(state)"
        case .zone(let zone, nil, nil): "zone=\(zone) orig-zone=0 reply-zone=0"
        case .zone(_, let original?, nil): "orig-zone=\(original) reply-zone=0"
        case .zone(_, nil, let reply?): "orig-zone=0 reply-zone=\(reply)"
        case .zone(_, let original?, let reply?): "orig-zone=\(original) reply-zone=\(reply)"
        case .address(nil), .port(_, nil), .state(_, nil), .pair: nil
        }
    }
}

extension EntryTally.Value: CustomStringConvertible {
    var description: String {
        switch self {
        case .address(let address): return address?.description ?? "-"
        case .pair(let source, let `protocol`, let destination, let port):
            let target = destination.map { address in port.map { "\(Endpoint(address, $0))" } ?? "\(address)" } ?? "-"
            return "\(source?.description ?? "-") \(`protocol`)/\(target)"
        case .port(let `protocol`, let port): return "\(`protocol`)/\(port.map { "\($0)" } ?? "-")"
        case .state(let `protocol`, let state): return "\(`protocol`)/\(state ?? "-")"
        case .zone(let zone, nil, nil): return "\(zone)"
        case .zone(_, let original?, nil): return "original=\(original)"
        case .zone(_, nil, let reply?): return "reply=\(reply)"
        case .zone(_, let original?, let reply?): return "original=\(original),reply=\(reply)"
        }
    }
}
