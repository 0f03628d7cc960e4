import CNetlink
import Glibc
import TestSupport

/// Many entries, so that filters have something to select from.
extension SampleTable {
    /// Adds entries whose fields are drawn from a few values each. The same seed gives the same entries. Call it after
    /// `populate`, which enables labels.
    package static func crowd(of count: Int, seed: UInt64, lasting seconds: Int) throws {
        var generator = SeededGenerator(seed: seed)
        for number in 0..<count {
            try member(UInt16(2000 + number), lasting: seconds, &generator).create()
        }
    }

    /// Not DCCP: kernels since 6.16 have no ports for it, so two entries between the same hosts would be identical.
    private static let protocols: [CInt] = [
        CInt(IPPROTO_TCP), CInt(IPPROTO_TCP), CInt(IPPROTO_TCP), CInt(IPPROTO_UDP), CInt(IPPROTO_UDP),
        CInt(IPPROTO_ICMP), CInt(IPPROTO_SCTP), CInt(IPPROTO_UDPLITE), CInt(IPPROTO_GRE),
    ]

    /// - Parameter number: unique within its crowd.
    private static func member(
        _ number: UInt16, lasting seconds: Int, _ generator: inout SeededGenerator
    ) throws -> LibraryEntry {
        let entry = try LibraryEntry()
        let isIPv6 = UInt8.random(in: 0..<3, using: &generator) == 0
        let kind = protocols.randomElement(using: &generator) ?? CInt(IPPROTO_TCP)
        let client = UInt8.random(in: 1...4, using: &generator)
        let server = UInt8.random(in: 1...4, using: &generator)
        entry.setAddresses(isIPv6: isIPv6, client: client, server: server)
        entry.setProtocol(kind, isIPv6: isIPv6, number, &generator)
        nfct_setobjopt(entry.object, UInt32(NFCT_SOPT_SETUP_REPLY))
        entry.setState(kind, &generator)
        entry[word: ATTR_TIMEOUT] = UInt32(seconds + Int.random(in: 0...600, using: &generator))
        entry.setMarkAndStatus(&generator)
        entry.setZone(&generator)
        try entry.setLabels(&generator)
        // Not for GRE and ICMP, whose ports the library would misinterpret.
        let hasPorts = kind == CInt(IPPROTO_TCP) || kind == CInt(IPPROTO_UDP)
        if !isIPv6, hasPorts, Bool.random(using: &generator) { entry.setTranslation(&generator) }
        return entry
    }
}

extension LibraryEntry {
    fileprivate func setAddresses(isIPv6: Bool, client: UInt8, server: UInt8) {
        self[byte: ATTR_L3PROTO] = UInt8(isIPv6 ? AF_INET6 : AF_INET)
        guard isIPv6 else {
            self[word: ATTR_IPV4_SRC] = (0xC0A8_0000 | UInt32(client) << 8 | 1).bigEndian
            self[word: ATTR_IPV4_DST] = (0xAC10_0000 | UInt32(server)).bigEndian
            return
        }
        for (attribute, last) in [(ATTR_IPV6_SRC, client), (ATTR_IPV6_DST, server << 4)] {
            let address: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [last]
            address.withUnsafeBytes { nfct_set_attr(object, attribute, $0.baseAddress) }
        }
    }

    fileprivate func setProtocol(
        _ kind: CInt, isIPv6: Bool, _ number: UInt16, _ generator: inout SeededGenerator
    ) {
        let isICMP = kind == CInt(IPPROTO_ICMP)
        self[byte: ATTR_L4PROTO] = UInt8(isICMP && isIPv6 ? CInt(IPPROTO_ICMPV6) : kind)
        if isICMP {
            let types: [UInt8] = isIPv6 ? [128] : [8, 8, 13]
            self[byte: ATTR_ICMP_TYPE] = types.randomElement(using: &generator) ?? 8
            self[byte: ATTR_ICMP_CODE] = 0
            self[network16: ATTR_ICMP_ID] = number
        } else {
            self[network16: ATTR_PORT_SRC] = number
            self[network16: ATTR_PORT_DST] = [53, 80, 443, 8080].randomElement(using: &generator) ?? 80
        }
    }

    fileprivate func setState(_ kind: CInt, _ generator: inout SeededGenerator) {
        let state = UInt8.random(in: 1...7, using: &generator)
        switch kind {
        case CInt(IPPROTO_TCP): self[byte: ATTR_TCP_STATE] = state
        case CInt(IPPROTO_SCTP):
            self[byte: ATTR_SCTP_STATE] = state
            self[word: ATTR_SCTP_VTAG_ORIG] = .random(in: 1 ... .max, using: &generator)
            self[word: ATTR_SCTP_VTAG_REPL] = .random(in: 1 ... .max, using: &generator)
        default: break
        }
    }

    fileprivate func setMarkAndStatus(_ generator: inout SeededGenerator) {
        self[word: ATTR_MARK] = [0, 0, 1, 0x10, 0x11, 0xFF00, .max].randomElement(using: &generator) ?? 0
        let seenReply = UInt32(IPS_SEEN_REPLY.rawValue)
        let bits: [UInt32] = [
            0, 0, seenReply, seenReply | UInt32(IPS_ASSURED.rawValue), UInt32(IPS_FIXED_TIMEOUT.rawValue),
        ]
        let status = bits.randomElement(using: &generator) ?? 0
        if status != 0 { self[word: ATTR_STATUS] = status | UInt32(IPS_CONFIRMED.rawValue) }
    }

    /// A zone for both directions, for one, or none.
    fileprivate func setZone(_ generator: inout SeededGenerator) {
        let attributes = [ATTR_ZONE, ATTR_ORIG_ZONE, ATTR_REPL_ZONE, nil, nil, nil]
        guard let attribute = attributes.randomElement(using: &generator) ?? nil else { return }
        nfct_set_attr_u16(object, attribute, .random(in: 1...3, using: &generator))
    }

    fileprivate func setLabels(_ generator: inout SeededGenerator) throws {
        let labels = [0, 1, 33, 63, 127].filter { _ in UInt8.random(in: 0..<4, using: &generator) == 0 }
        if labels.isEmpty { return }
        guard let mask = nfct_bitmask_new(127) else { throw SystemFailure("nfct_bitmask_new", errno: errno) }
        for label in labels { nfct_bitmask_set_bit(mask, UInt32(label)) }
        // Then it belongs to the entry.
        nfct_set_attr(object, ATTR_CONNLABELS, UnsafeRawPointer(mask))
    }

    fileprivate func setTranslation(_ generator: inout SeededGenerator) {
        if Bool.random(using: &generator) {
            self[word: ATTR_DNAT_IPV4] = (0x0A63_0000 | UInt32.random(in: 1...3, using: &generator)).bigEndian
        } else {
            self[word: ATTR_SNAT_IPV4] = (0x0A62_0000 | UInt32.random(in: 1...3, using: &generator)).bigEndian
        }
    }
}
