import CNetlink

/// What the registers of a rule hold, byte by byte.
struct Registers {
    private var bytes = [ValueByte](repeating: .opaque, count: size)
    private var fields = 0

    private static let size = 64

    /// Where a register begins: those from 1 to 4 have 16 bytes, and are the same as four each of those from `NFT_REG32_00` on
    /// (`nft_parse_register`, net/netfilter/nf_tables_api.c).
    static func start(_ register: UInt32?) -> Int? {
        guard let register else { return nil }
        let small = UInt32(NFT_REG32_00.rawValue)
        switch register {
        case 1...4: return Int(register - 1) * 16
        case small...small + 15: return Int(register - small) * 4
        default: return nil
        }
    }

    /// What a register and those after it hold.
    func held(_ register: UInt32?, _ count: Int) -> [ValueByte]? {
        guard let start = Self.start(register), count >= 0, start + count <= bytes.count else { return nil }
        return Array(bytes[start..<start + count])
    }

    /// Puts fields into a register; the rest of its last four bytes is zero.
    mutating func load(_ register: UInt32?, _ kinds: [ValueByte]) {
        guard let start = Self.start(register) else { return }
        fields += 100
        let padding = (4 - kinds.count % 4) % 4
        for (place, kind) in (kinds + ValueByte.all(.number, padding)).enumerated()
        where start + place < bytes.count {
            var kind = kind
            kind.field += fields
            bytes[start + place] = kind
        }
    }

    mutating func forget() { bytes = [ValueByte](repeating: .opaque, count: Self.size) }
}

/// What is loaded from a packet, or known of it.
enum LoadedFields {
    /// `NFTA_PAYLOAD_*`: a part of a header.
    ///
    /// - Parameter family: `NFPROTO_*` of the packet; nil if it could be either.
    static func payload(base: UInt32?, offset: UInt32?, length: UInt32?, family: UInt8?) -> [ValueByte] {
        guard let base, let offset, let length, offset < 65536, (1...64).contains(length) else { return [] }
        let range = Int(offset)..<Int(offset + length)
        switch base {
        case NFT_PAYLOAD_LL_HEADER.rawValue: return range.map(ethernet)
        case NFT_PAYLOAD_NETWORK_HEADER.rawValue:
            switch family ?? guess(range) {
            case UInt8(NFPROTO_IPV4): return range.map { field($0, .ipv4, at: [12, 16], end: 20) }
            case UInt8(NFPROTO_IPV6): return range.map { field($0, .ipv6, at: [8, 24], end: 40) }
            default: return range.map { _ in .opaque }
            }
        // Ports, flags and sizes; behind them may be addresses, as in an ICMP error.
        case NFT_PAYLOAD_TRANSPORT_HEADER.rawValue:
            let isHeader = range.upperBound <= 8 || range.upperBound <= 20 && length <= 2
            return range.map { _ in isHeader ? ValueByte(kind: .number) : .opaque }
        default: return range.map { _ in .opaque }
        }
    }

    private static func ethernet(_ place: Int) -> ValueByte {
        switch place {
        case 0..<12: ValueByte(kind: .link, place: place % 6, field: place / 6)
        case 12..<14: ValueByte(kind: .number)
        default: .opaque
        }
    }

    private static func field(_ place: Int, _ kind: ValueKind, at starts: [Int], end: Int) -> ValueByte {
        let size = kind.size ?? 0
        for start in starts where (start..<start + size).contains(place) {
            return ValueByte(kind: kind, place: place - start, field: start)
        }
        return place < end ? ValueByte(kind: .number) : .opaque
    }

    /// In a table of both families, by where addresses are; what else is loaded says the family itself (`version`, `nexthdr`).
    private static func guess(_ range: Range<Int>) -> UInt8? {
        switch (range.lowerBound, range.count) {
        case (12, 1...4), (16, 1...4), (12, 8): UInt8(NFPROTO_IPV4)
        case (8, 5...16), (24, 5...16), (8, 32): UInt8(NFPROTO_IPV6)
        case (_, 1...2) where range.upperBound <= 8: UInt8(NFPROTO_IPV4)
        default: nil
        }
    }

    static func meta(_ key: UInt32?) -> [ValueByte] {
        switch key.map({ nft_meta_keys($0) }) {
        case nil: []
        case NFT_META_IIFNAME, NFT_META_OIFNAME, NFT_META_BRI_IIFNAME, NFT_META_BRI_OIFNAME, NFT_META_SDIFNAME:
            ValueByte.all(.interface, 16)
        case NFT_META_TIME_NS: ValueByte.all(.number, 8)
        case NFT_META_IIFKIND, NFT_META_OIFKIND: ValueByte.all(.number, 16)
        default: ValueByte.all(.number, 4)
        }
    }

    /// - Parameter family: of the rule's table.
    static func ct(_ key: UInt32?, family: UInt8) -> [ValueByte] {
        switch key.map({ nft_ct_keys($0) }) {
        case nil: []
        case NFT_CT_SRC, NFT_CT_DST:
            switch Int(family) {
            case NFPROTO_IPV4: ValueByte.all(.ipv4, 4)
            case NFPROTO_IPV6: ValueByte.all(.ipv6, 16)
            default: ValueByte.all(.opaque, 16)
            }
        case NFT_CT_SRC_IP, NFT_CT_DST_IP: ValueByte.all(.ipv4, 4)
        case NFT_CT_SRC_IP6, NFT_CT_DST_IP6: ValueByte.all(.ipv6, 16)
        case NFT_CT_LABELS, NFT_CT_HELPER: ValueByte.all(.number, 16)
        case NFT_CT_PKTS, NFT_CT_BYTES, NFT_CT_AVGPKT: ValueByte.all(.number, 8)
        default: ValueByte.all(.number, 4)
        }
    }

    static func route(_ key: UInt32?) -> [ValueByte] {
        switch key.map({ nft_rt_keys($0) }) {
        case nil: []
        case NFT_RT_NEXTHOP4: ValueByte.all(.ipv4, 4)
        case NFT_RT_NEXTHOP6: ValueByte.all(.ipv6, 16)
        default: ValueByte.all(.number, 4)
        }
    }

    static func lookup(_ result: UInt32?) -> [ValueByte] {
        result == UInt32(NFT_FIB_RESULT_OIFNAME.rawValue)
            ? ValueByte.all(.interface, 16) : ValueByte.all(.number, 4)
    }
}
