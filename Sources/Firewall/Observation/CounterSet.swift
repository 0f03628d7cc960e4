import Addresses
import Conntrack

/// A dynamic set that counts packets: of one class, at one point, of one family, and with one mark or none.
///
/// The class is not part of the key: with `tcp flags` or `meta mark` in a concatenated key, nft 1.0.6 aborts at every later
/// `nft list ruleset` (an assertion in its mergesort.c).
struct CounterSet: Hashable {
    /// The fields of an element's key; the ctstate is always the last.
    enum Key: Hashable {
        /// Address and port.
        case port
        /// For an ICMP error about a flow: the address, and the protocol and port of the quoted packet.
        case embedded
        /// For an ICMP error about anything else: address, type and code.
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

    /// The classes of packets with ports, the most frequent first: rules are tried in this order.
    static let classesWithPorts: [PacketClass] = [.ack, .udp, .syn, .synAck, .fin, .rst, .tcpOther, .sctp]

    static let classesOfTCP = classesWithPorts.filter { $0.protocol == .tcp }
}

extension IPAddress.Family {
    /// A suffix for names: sets hold addresses of one family.
    var suffix: String { self == .ipv4 ? "4" : "6" }
}

extension CounterSet {
    private var words: RuleParts { RuleParts(point.side, family) }

    /// The set's type, for sets that count and for those that limit samples.
    private var type: String {
        let address = words.addressType
        return switch key {
        case .port: "type \(address) . inet_service . ct_state"
        case .embedded: "typeof \(expression)"
        case .icmpType:
            "type \(address) . \(family == .ipv4 ? "icmp_type . icmp_code" : "icmpv6_type . icmpv6_code") . ct_state"
        case .protocol: "type \(address) . inet_proto . ct_state"
        }
    }

    /// The key of a packet's element.
    private var expression: String {
        let icmp = family == .ipv4 ? "icmp" : "icmpv6"
        let parts =
            switch key {
            case .port: words.port
            case .embedded: "\(words.embeddedProtocol) . \(words.embeddedPort)"
            case .icmpType: "\(icmp) type . \(icmp) code"
            case .protocol: "meta l4proto"
            }
        return "\(words.address) . \(parts) . ct state"
    }

    func set(size: Int) -> String {
        "set \(name) {\n\(type)\nsize \(size)\nflags dynamic\ncounter\n}\n"
    }

    private var sampled: String { "sampled_\(name)" }

    /// Where samples are taken and traces begin: where a packet is first seen.
    var isFirst: Bool { point == .preRouting || point == .forward }

    /// The chain that counts into it; at the first point a packet may also be sampled and traced.
    func chain(_ options: ObservationOptions) -> String {
        var rules = "update @\(name) { \(expression) }\n"
        var text = ""
        if isFirst, let samples = options.samples {
            text += "set \(sampled) {\n\(type)\nsize \(options.setSize)\nflags dynamic\n}\n"
            let rate = samples.perSecond.map { "\($0)/second" } ?? "1/week"
            rules +=
                "update @\(sampled) { \(expression) limit rate \(rate) burst \(samples.count) packets } jump sample\n"
        }
        if isFirst, options.traceRate != nil { rules += traceRule(.invalid, options) }
        return text + "chain \(name) {\n\(rules)}\n"
    }

    /// Traces packets with a ctstate. A class gets at most a quarter of the traces, so that a flood of one does not hide others.
    func traceRule(_ state: CTState, _ options: ObservationOptions) -> String {
        let rate = max(1, (options.traceRate ?? 1) / 4)
        return
            "ct state \(state.word) limit rate \(rate)/second burst \(max(5, rate)) packets jump \(state.traceChain)\n"
    }
}

extension CTState {
    /// Those with a name in rules.
    package static let named: [CTState] = [.new, .established, .related, .invalid, .untracked]

    /// As in nft(8).
    var word: String { name.lowercased() }

    /// The chain that marks packets with this state for tracing.
    var traceChain: String { "trace_\(word)" }
}

extension ObservationOptions {
    /// Chains that mark packets for tracing, one per state: a trace names its chain, and so the state.
    var tracing: String {
        guard let traceRate else { return "" }
        let limit = "limit tracing {\nrate \(traceRate)/second burst \(traceRate) packets\n}\n"
        return limit
            + CTState.named.map { "chain \($0.traceChain) {\nlimit name \"tracing\" meta nftrace set 1\n}\n" }.joined()
    }

    /// NFLOG's own copy of the ctstate is missing if the kernel lacks CONFIG_NETFILTER_NETLINK_GLUE_CT, so it is in the prefix.
    var sampling: String {
        guard let samples else { return "" }
        let rules = CTState.named.map {
            "ct state \($0.word) log prefix \"\($0.name)\" group \(samples.group) snaplen 128 queue-threshold 1\n"
        }
        return "chain sample {\n\(rules.joined())}\n"
    }
}
