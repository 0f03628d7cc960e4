import Addresses
import CNetlink
import TableSupport

@testable import Conntrack

extension Field {
    static let all = addresses + ports + protocolStates + numbers + extensions

    private static func byte(
        _ name: String, _ attribute: nf_conntrack_attr, _ ours: @escaping @Sendable (Entry) -> UInt8?
    ) -> Field {
        Field(name, { ours($0).map { "\($0)" } }, { $0.has(attribute) ? "\($0[byte: attribute])" : nil })
    }

    private static func word(
        _ name: String, _ attribute: nf_conntrack_attr, _ ours: @escaping @Sendable (Entry) -> UInt32?
    ) -> Field {
        Field(name, { ours($0).map { "\($0)" } }, { $0.has(attribute) ? "\($0[word: attribute])" : nil })
    }

    private static func long(
        _ name: String, _ attribute: nf_conntrack_attr, _ ours: @escaping @Sendable (Entry) -> UInt64?
    ) -> Field {
        Field(
            name, { ours($0).map { "\($0)" } },
            { $0.has(attribute) ? "\(nfct_get_attr_u64($0.object, attribute))" : nil })
    }

    private static func port(
        _ name: String, _ attribute: nf_conntrack_attr, _ ours: @escaping @Sendable (Entry) -> UInt16?
    ) -> Field {
        Field(name, { ours($0).map { "\($0)" } }, { $0.has(attribute) ? "\($0[network16: attribute])" : nil })
    }

    /// The library keeps zones in host order, unlike ports.
    private static func zone(
        _ name: String, _ attribute: nf_conntrack_attr, _ ours: @escaping @Sendable (Entry) -> UInt16?
    ) -> Field {
        Field(
            name, { ours($0).map { "\($0)" } },
            { $0.has(attribute) ? "\(nfct_get_attr_u16($0.object, attribute))" : nil })
    }

    private static func address(
        _ name: String, _ family: IPAddress.Family, _ attribute: nf_conntrack_attr,
        _ ours: @escaping @Sendable (Entry) -> IPAddress?
    ) -> Field {
        Field(
            name,
            { entry in ours(entry).flatMap { $0.family == family ? "\($0.networkBytes)" : nil } },
            { $0.bytes(attribute, count: family == .ipv4 ? 4 : 16).map { "\($0)" } })
    }

    private static let addresses = [
        byte("family", ATTR_L3PROTO) { $0.family },
        address("original IPv4 source", .ipv4, ATTR_ORIG_IPV4_SRC) { $0.original.source },
        address("original IPv4 destination", .ipv4, ATTR_ORIG_IPV4_DST) { $0.original.destination },
        address("reply IPv4 source", .ipv4, ATTR_REPL_IPV4_SRC) { $0.reply.source },
        address("reply IPv4 destination", .ipv4, ATTR_REPL_IPV4_DST) { $0.reply.destination },
        address("original IPv6 source", .ipv6, ATTR_ORIG_IPV6_SRC) { $0.original.source },
        address("original IPv6 destination", .ipv6, ATTR_ORIG_IPV6_DST) { $0.original.destination },
        address("reply IPv6 source", .ipv6, ATTR_REPL_IPV6_SRC) { $0.reply.source },
        address("reply IPv6 destination", .ipv6, ATTR_REPL_IPV6_DST) { $0.reply.destination },
        address("master IPv4 source", .ipv4, ATTR_MASTER_IPV4_SRC) { $0.master?.source },
        address("master IPv4 destination", .ipv4, ATTR_MASTER_IPV4_DST) { $0.master?.destination },
        address("master IPv6 source", .ipv6, ATTR_MASTER_IPV6_SRC) { $0.master?.source },
        address("master IPv6 destination", .ipv6, ATTR_MASTER_IPV6_DST) { $0.master?.destination },
    ]

    private static let ports = [
        byte("original protocol", ATTR_ORIG_L4PROTO) { $0.original.protocol.rawValue },
        byte("reply protocol", ATTR_REPL_L4PROTO) { $0.reply.protocol.rawValue },
        byte("master protocol", ATTR_MASTER_L4PROTO) { $0.master?.protocol.rawValue },
        port("original source port", ATTR_ORIG_PORT_SRC) { $0.original.ports?.source },
        port("original destination port", ATTR_ORIG_PORT_DST) { $0.original.ports?.destination },
        port("reply source port", ATTR_REPL_PORT_SRC) { $0.reply.ports?.source },
        port("reply destination port", ATTR_REPL_PORT_DST) { $0.reply.ports?.destination },
        port("master source port", ATTR_MASTER_PORT_SRC) { $0.master?.ports?.source },
        port("master destination port", ATTR_MASTER_PORT_DST) { $0.master?.ports?.destination },
        byte("ICMP type", ATTR_ICMP_TYPE) { $0.original.icmp?.type },
        byte("ICMP code", ATTR_ICMP_CODE) { $0.original.icmp?.code },
        port("ICMP id", ATTR_ICMP_ID) { $0.original.icmp?.id },
    ]

    private static let protocolStates = [
        byte("TCP state", ATTR_TCP_STATE) { $0.tcp?.state },
        byte("TCP scale original", ATTR_TCP_WSCALE_ORIG) { $0.tcp?.scaleOriginal },
        byte("TCP scale reply", ATTR_TCP_WSCALE_REPL) { $0.tcp?.scaleReply },
        byte("TCP flags original", ATTR_TCP_FLAGS_ORIG) { $0.tcp?.flagsOriginal?.flags },
        byte("TCP mask original", ATTR_TCP_MASK_ORIG) { $0.tcp?.flagsOriginal?.mask },
        byte("TCP flags reply", ATTR_TCP_FLAGS_REPL) { $0.tcp?.flagsReply?.flags },
        byte("TCP mask reply", ATTR_TCP_MASK_REPL) { $0.tcp?.flagsReply?.mask },
        byte("SCTP state", ATTR_SCTP_STATE) { $0.sctp?.state },
        word("SCTP tag original", ATTR_SCTP_VTAG_ORIG) { $0.sctp?.verificationTagOriginal },
        word("SCTP tag reply", ATTR_SCTP_VTAG_REPL) { $0.sctp?.verificationTagReply },
        byte("DCCP state", ATTR_DCCP_STATE) { $0.dccp?.state },
        byte("DCCP role", ATTR_DCCP_ROLE) { $0.dccp?.role },
        long("DCCP handshake", ATTR_DCCP_HANDSHAKE_SEQ) { $0.dccp?.handshakeSequence },
    ]

    private static let numbers = [
        word("status", ATTR_STATUS) { $0.status.rawValue },
        word("timeout", ATTR_TIMEOUT) { $0.timeout },
        word("mark", ATTR_MARK) { $0.mark },
        word("use", ATTR_USE) { $0.use },
        word("id", ATTR_ID) { $0.id },
        zone("zone", ATTR_ZONE) { $0.zone },
        zone("original zone", ATTR_ORIG_ZONE) { $0.original.zone },
        zone("reply zone", ATTR_REPL_ZONE) { $0.reply.zone },
        long("original packets", ATTR_ORIG_COUNTER_PACKETS) { $0.originalCounters?.packets },
        long("original bytes", ATTR_ORIG_COUNTER_BYTES) { $0.originalCounters?.bytes },
        long("reply packets", ATTR_REPL_COUNTER_PACKETS) { $0.replyCounters?.packets },
        long("reply bytes", ATTR_REPL_COUNTER_BYTES) { $0.replyCounters?.bytes },
        long("start", ATTR_TIMESTAMP_START) { $0.timestamps?.start },
        long("stop", ATTR_TIMESTAMP_STOP) { $0.timestamps?.stop },
    ]

    private static let extensions =
        [
            Field("helper", { $0.helper }, { $0.text(ATTR_HELPER_NAME) }),
            Field("security context", { $0.securityContext }, { $0.text(ATTR_SECCTX) }),
            Field(
                "labels", { $0.labels.isEmpty ? nil : "\($0.labelNumbers)" }, { $0.labels.map { "\($0)" } }),
            word("SYNPROXY sequence", ATTR_SYNPROXY_ISN) { $0.synproxy?.initialSequence },
            word("SYNPROXY timestamp", ATTR_SYNPROXY_ITS) { $0.synproxy?.initialTimestamp },
            word("SYNPROXY offset", ATTR_SYNPROXY_TSOFF) { $0.synproxy?.timestampOffset },
        ] + sequenceAdjustments

    private static let sequenceAdjustments = [
        word("sequence correction original", ATTR_ORIG_NAT_SEQ_CORRECTION_POS) {
            $0.sequenceAdjustmentOriginal?.correctionPosition
        },
        word("sequence offset before original", ATTR_ORIG_NAT_SEQ_OFFSET_BEFORE) {
            $0.sequenceAdjustmentOriginal.map { UInt32(bitPattern: $0.offsetBefore) }
        },
        word("sequence offset after original", ATTR_ORIG_NAT_SEQ_OFFSET_AFTER) {
            $0.sequenceAdjustmentOriginal.map { UInt32(bitPattern: $0.offsetAfter) }
        },
        word("sequence correction reply", ATTR_REPL_NAT_SEQ_CORRECTION_POS) {
            $0.sequenceAdjustmentReply?.correctionPosition
        },
        word("sequence offset before reply", ATTR_REPL_NAT_SEQ_OFFSET_BEFORE) {
            $0.sequenceAdjustmentReply.map { UInt32(bitPattern: $0.offsetBefore) }
        },
        word("sequence offset after reply", ATTR_REPL_NAT_SEQ_OFFSET_AFTER) {
            $0.sequenceAdjustmentReply.map { UInt32(bitPattern: $0.offsetAfter) }
        },
    ]
}

extension Entry {
    fileprivate var tcp: ProtocolState.TCP? { if case .tcp(let tcp) = state { tcp } else { nil } }
    fileprivate var sctp: ProtocolState.SCTP? { if case .sctp(let sctp) = state { sctp } else { nil } }
    fileprivate var dccp: ProtocolState.DCCP? { if case .dccp(let dccp) = state { dccp } else { nil } }

    /// Labels are kept in 32-bit words, so on this little-endian machine bit by bit from the first byte on.
    fileprivate var labelNumbers: [UInt32] {
        labels.indices.flatMap { index in
            (0..<8).filter { labels[index] & (1 << UInt8($0)) != 0 }.map { UInt32(index * 8 + $0) }
        }
    }
}

extension Tuple {
    fileprivate var ports: (source: UInt16, destination: UInt16)? {
        if case .ports(let source, let destination) = discriminator { (source, destination) } else { nil }
    }

    fileprivate var icmp: (type: UInt8, code: UInt8, id: UInt16)? {
        if case .icmp(let type, let code, let id) = discriminator { (type, code, id) } else { nil }
    }
}
