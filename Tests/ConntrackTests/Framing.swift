import CNetlink

/// Whether a ctnetlink message is framed as netlink requires, by libmnl's own attribute checks.
enum Framing {
    /// Which attributes are nested, by their path.
    static let entryNests: Set<[UInt16]> = {
        let tuples = [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_TUPLE_MASTER].map { UInt16($0.rawValue) }
        let flat = [
            CTA_PROTOINFO, CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY, CTA_TIMESTAMP, CTA_HELP, CTA_SECCTX, CTA_SEQ_ADJ_ORIG,
            CTA_SEQ_ADJ_REPLY, CTA_SYNPROXY,
        ].map { UInt16($0.rawValue) }
        let inProtocol = [CTA_PROTOINFO_TCP, CTA_PROTOINFO_SCTP, CTA_PROTOINFO_DCCP].map { UInt16($0.rawValue) }
        return Set(
            (tuples + flat).map { [$0] } + tuples.flatMap { tuple in inTuple.map { [tuple, $0] } }
                + inProtocol.map { [UInt16(CTA_PROTOINFO.rawValue), $0] })
    }()

    static let expectationNests: Set<[UInt16]> = {
        let tuples = [CTA_EXPECT_TUPLE, CTA_EXPECT_MASK, CTA_EXPECT_MASTER].map { [UInt16($0.rawValue)] }
        let translation = UInt16(CTA_EXPECT_NAT.rawValue)
        let translated = [translation, UInt16(CTA_EXPECT_NAT_TUPLE.rawValue)]
        let all = tuples + [translated]
        return Set(all + [[translation]] + all.flatMap { tuple in inTuple.map { tuple + [$0] } })
    }()

    private static let inTuple = [CTA_TUPLE_IP, CTA_TUPLE_PROTO].map { UInt16($0.rawValue) }

    /// An attribute that is not nested.
    struct Leaf {
        let path: [UInt16]
        let payload: Range<Int>
    }

    /// The attributes of a message that have values; nil if the message is not framed correctly.
    static func leaves(of message: [UInt8], nests: Set<[UInt16]> = entryNests) -> [Leaf]? {
        let headers = MemoryLayout<nlmsghdr>.size + MemoryLayout<nfgenmsg>.size
        guard message.count >= headers else { return nil }
        return message.withUnsafeBytes { leaves(in: $0, headers..<message.count, [], nests) }
    }

    private static func leaves(
        in bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ path: [UInt16], _ nests: Set<[UInt16]>
    ) -> [Leaf]? {
        var found: [Leaf] = []
        var offset = range.lowerBound
        while range.upperBound - offset >= MemoryLayout<nlattr>.size {
            guard let base = bytes.baseAddress else { return nil }
            let attribute = (base + offset).assumingMemoryBound(to: nlattr.self)
            guard mnl_attr_ok(attribute, CInt(range.upperBound - offset)) else { return nil }
            let here = path + [mnl_attr_get_type(attribute)]
            let payload = offset + MemoryLayout<nlattr>.size..<offset + Int(mnl_attr_get_len(attribute))
            if nests.contains(here) {
                guard let inner = leaves(in: bytes, payload, here, nests) else { return nil }
                found += inner
            } else {
                found.append(Leaf(path: here, payload: payload))
            }
            offset += (Int(mnl_attr_get_len(attribute)) + 3) & ~3
        }
        return found
    }
}
