import Addresses
import Conntrack

/// One of the dynamic sets that count packets: those of a class, at a point, of a family, and of one mark or of none.
///
/// The class is not part of the key: with `tcp flags` or `meta mark` in a concatenated key, nft 1.0.6 aborts at each later
/// `nft list ruleset` (an assertion in its mergesort.c).
struct CounterSet: Hashable {
    /// What an element's key is made of; the ctstate comes last in each.
    enum Key: Hashable {
        /// Address and port.
        case port
        /// Of an ICMP error about a flow: the address, and the protocol and port of the packet in it.
        case embedded
        /// Of an ICMP error about anything else: the address, type and code.
        case icmpType
        /// Address and protocol.
        case `protocol`
    }

    var point: ObservationPoint
    var packetClass: PacketClass
    var key: Key
    var family: IPAddress.Family
    var mark: UInt32?

    init(
        _ point: ObservationPoint, _ packetClass: PacketClass, _ key: Key, _ family: IPAddress.Family,
        mark: UInt32? = nil
    ) {
        self.point = point
        self.packetClass = packetClass
        self.key = key
        self.family = family
        self.mark = mark
    }

    /// Of the set, and of the chain that counts into it: `local_in_fin4`, `post_routing_mark7_icmp_error_type6`.
    var name: String { prefix + packetClass.name + (key == .icmpType ? "_type" : "") + family.suffix }

    private var prefix: String { point.name + "_" + (mark.map { "mark\($0)_" } ?? "") }

    /// Those that packets with ports are told apart into, the most frequent first: rules are tried in this order.
    static let classesWithPorts: [PacketClass] = [.ack, .udp, .syn, .synAck, .fin, .rst, .tcpOther, .sctp]

    static let classesOfTCP = classesWithPorts.filter { $0.protocol == .tcp }
}

extension IPAddress.Family {
    /// At the end of names: sets hold addresses of one family.
    var suffix: String { self == .ipv4 ? "4" : "6" }
}
