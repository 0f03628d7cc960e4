import Addresses
import Conntrack

/// A dynamic set that counts packets: of one class, at one point, of one family, and with one mark or none.
///
/// The class is not part of the key: with `tcp flags` or `meta mark` in a concatenated key, nft(8) 1.0.6 aborts at every later
/// `nft list ruleset` (an assertion in its mergesort.c).
struct CounterSet: Hashable {
    /// The fields of an element's key; the ctstate is always the last, where there is one.
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
    /// The fields of a packet that make the key of its element.
    var fields: [PacketField] {
        let fields = ObservedFields(point, family)
        let between =
            switch key {
            case .port: point.countsPorts ? [fields.port] : []
            case .embedded: [fields.embeddedProtocol, fields.embeddedPort]
            case .icmpType: [fields.icmpType, fields.icmpCode]
            case .protocol: [PacketField.transportProtocol]
            }
        return [fields.address] + between + (point.hasState ? [.ctState] : [])
    }

    private var sampled: String { "sampled_\(name)" }

    /// Adds the set, and the chain that counts into it; where a packet is first seen it may also be sampled and traced.
    ///
    /// A packet that cannot be counted, as the set is full or the kernel has no memory for an element at that moment, goes on to the next rule
    /// (`nft_dynset_eval`, net/netfilter/nft_dynset.c).
    func add(to table: inout TableWriter, _ options: ObservationOptions, size: Int) {
        let counters = table.set(name, fields, .dynamic(size: size, hasCounters: true))
        table.chain(name)
        if point.isSampled, let samples = options.samples {
            let limits = table.set(sampled, fields, .dynamic(size: size, hasCounters: false))
            table.rule(in: name, .update(limits, fields, samples.rate), .jump(ObservationOptions.samplingChain))
        }
        if point.tracesInvalid, options.traceRate != nil { table.rule(in: name, traceRule(.invalid, options)) }
        table.rule(in: name, .update(counters, fields), .verdict(.return))
        table.rule(in: name, .counterObject(point.counterOfUncounted))
    }

    /// Traces packets with a ctstate, or, before conntrack, any. A class gets at most a quarter of the traces, so that a flood of one does not hide others.
    func traceRule(_ state: CTState, _ options: ObservationOptions) -> [RuleStatement] {
        let rate = max(1, (options.traceRate ?? 1) / 4)
        let limit = RateLimit(packets: UInt64(rate), burst: UInt32(max(5, rate)))
        return (point.hasState ? [.ctState(state)] : []) + [.limit(limit), .jump(state.traceChain)]
    }
}

extension CTState {
    /// Those with a name in rules.
    package static let named: [CTState] = [.new, .established, .related, .invalid, .untracked]

    /// Those of the chains that mark packets for tracing: each named one, and the one of packets that conntrack has not seen.
    static let traced: [CTState] = named + [.unseen]

    /// The chain that marks packets with this state for tracing.
    var traceChain: String { "trace_\(name.lowercased())" }
}

extension ObservationOptions.Samples {
    /// Of each cell. No limit is without a rate.
    fileprivate var rate: RateLimit {
        var rate = RateLimit(packets: 1, period: RateLimit.week, burst: UInt32(clamping: count))
        if let perSecond { (rate.packets, rate.period) = (UInt64(clamping: perSecond), 1) }
        return rate
    }
}

extension ObservationOptions {
    fileprivate static let samplingChain = "sample"
    private static let sharedLimit = "tracing"

    /// Adds chains that mark packets for tracing, one per state: a trace names its chain, and so the state.
    func addTracing(to table: inout TableWriter) {
        guard let traceRate else { return }
        let rate = RateLimit(packets: UInt64(clamping: traceRate), burst: UInt32(clamping: traceRate))
        table.limit(Self.sharedLimit, rate)
        for state in CTState.traced {
            table.chain(state.traceChain)
            table.rule(in: state.traceChain, .limitObject(Self.sharedLimit), .trace)
        }
    }

    /// Adds the chain that samples. NFLOG's own copy of the ctstate is missing if the kernel lacks CONFIG_NETFILTER_NETLINK_GLUE_CT, so it
    /// is in the prefix.
    func addSampling(to table: inout TableWriter) {
        guard let samples else { return }
        table.chain(Self.samplingChain)
        for state in CTState.named {
            let log = PacketLog(prefix: state.name, group: samples.group, copied: 128, threshold: 1)
            table.rule(in: Self.samplingChain, .ctState(state), .log(log))
        }
    }
}
