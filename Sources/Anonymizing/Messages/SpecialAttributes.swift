import CNetlink
import Netlink

/// Attributes that need code of their own.
extension AttributeRewriter {
    /// - Parameter siblings: the attributes beside it, and itself.
    /// - Returns: nil for what is not understood.
    mutating func rewritten(
        _ payload: [UInt8], as special: Field.Special, beside siblings: [UInt8]
    ) throws(DecodeError) -> [UInt8]? {
        switch special {
        case .linkInformation:
            let kind = Attributes(payload).text(IFLA_INFO_KIND) ?? ""
            return try rewritten(payload, by: RouteShapes.information(ofKind: kind))
        case .nextHops: return try nextHops(payload)
        case .via: return via(payload)
        case .expressions: return rewritten(expressions: payload)
        case .expression: return rewritten(expression: payload)
        case .elements: return elements(payload)
        case .objectData: return objectData(payload, Attributes(siblings).number(NFTA_OBJ_TYPE.rawValue))
        case .userData: return userData(payload, comment: 0)
        // `NFTNL_UDATA_SET_COMMENT`
        case .setUserData: return userData(payload, comment: 7)
        case .setHead: return setPart(payload, isElement: false)
        case .setElement: return setPart(payload, isElement: true)
        }
    }

    private mutating func rewritten(_ payload: [UInt8], by shape: Shape) throws(DecodeError) -> [UInt8] {
        var out: [UInt8] = []
        try rewrite(0..<payload.count, of: payload.span.bytes, by: shape, into: &out)
        return out
    }

    // MARK: Routes

    /// `struct rtnexthop`s, each with attributes (linux/rtnetlink.h).
    private mutating func nextHops(_ payload: [UInt8]) throws(DecodeError) -> [UInt8]? {
        let headerSize = MemoryLayout<rtnexthop>.size
        let bytes = payload.span.bytes
        var out: [UInt8] = []
        var start = 0
        while payload.count - start >= headerSize {
            let length = Int(try bytes.host(UInt16.self, at: start))
            guard length >= headerSize, length <= payload.count - start else { return nil }
            let place = out.count
            out += payload[start..<start + headerSize]
            try rewrite(start + headerSize..<start + length, of: bytes, by: RouteShapes.nextHop, into: &out)
            withUnsafeBytes(of: UInt16(truncatingIfNeeded: out.count - place)) {
                out.replaceSubrange(place..<place + 2, with: $0)
            }
            start += (length + 3) & ~3
        }
        return out
    }

    /// `struct rtvia`: a family, an address.
    private mutating func via(_ payload: [UInt8]) -> [UInt8]? {
        guard payload.count > 2 else { return nil }
        return addresses.mapped(Array(payload[2...])).map { Array(payload[..<2]) + $0 }
    }

    // MARK: nf_tables

    /// Of most kinds of objects the data are numbers, and names of helpers.
    private func objectData(_ payload: [UInt8], _ type: UInt32?) -> [UInt8]? {
        let known = [
            NFT_OBJECT_COUNTER, NFT_OBJECT_QUOTA, NFT_OBJECT_CT_HELPER, NFT_OBJECT_LIMIT, NFT_OBJECT_CONNLIMIT,
            NFT_OBJECT_CT_TIMEOUT, NFT_OBJECT_CT_EXPECT, NFT_OBJECT_SYNPROXY,
        ]
        return type.map { known.map(UInt32.init).contains($0) } ?? false ? payload : nil
    }

    /// What nft(8) keeps with an object: a type, a length and a value (libnftnl's udata.h). Of types other than comments, numbers are
    /// kept, and what the fields of a set's key are.
    ///
    /// - Parameter comment: the type of a comment.
    func userData(_ payload: [UInt8], comment: UInt8) -> [UInt8] {
        var out: [UInt8] = []
        var rest = payload[...]
        while let type = rest.popFirst(), let length = rest.popFirst(), rest.count >= Int(length) {
            let value = Array(rest.prefix(Int(length)))
            rest = rest.dropFirst(Int(length))
            let isOfKey = comment == 7 && (type == 3 || type == 4)
            if type == comment {
                out += [type, length] + names.text(field: value).prefix(Int(length))
            } else if length == 4 || isOfKey {
                out += [type, length] + value
            }
        }
        return out
    }

    // MARK: ipset

    /// The properties of a set of ipset, or an element.
    private mutating func setPart(_ payload: [UInt8], isElement: Bool) -> [UInt8]? {
        let parts = Attributes(payload)
        // A range has no replacement that means the same.
        if parts.payload(IPSET_ATTR_IP_TO) != nil || isElement && parts.payload(IPSET_ATTR_IP2_TO) != nil { return nil }
        if !isElement { elementPrefix = parts.payload(IPSET_ATTR_NETMASK)?.first }
        var isUnderstood = true
        let mapped = Attributes(payload).all.map { type, value -> [UInt8]? in
            switch Int(type) {
            case IPSET_ATTR_IP: address(value, length: parts.payload(IPSET_ATTR_CIDR)?.first ?? elementPrefix)
            case IPSET_ATTR_IP2 where isElement: address(value, length: parts.payload(IPSET_ATTR_CIDR2)?.first)
            case IPSET_ATTR_ETHER where isElement: addresses.link(value)
            case IPSET_ATTR_NAME where isElement, IPSET_ATTR_NAMEREF where isElement: names.name(field: value)
            case IPSET_ATTR_IFACE where isElement: NameMapping.field(value) { names.interface($0) }
            case IPSET_ATTR_COMMENT where isElement: names.text(field: value)
            default: Self.isKept(Int(type), isElement: isElement) ? value : nil
            }
        }
        var place = 0
        let out = parts.mapped { _, _ in
            defer { place += 1 }
            if mapped.indices.contains(place), let value = mapped[place] { return value }
            isUnderstood = false
            return nil
        }
        return isUnderstood ? out : nil
    }

    /// `IPSET_ATTR_IPADDR_IPV4` or `_IPV6` in it.
    private mutating func address(_ nested: [UInt8], length: UInt8?) -> [UInt8]? {
        guard let only = Attributes(nested).all.first,
            let mapped = addresses.mapped(only.payload, prefix: length.map { Int($0) })
        else { return nil }
        return Attributes(nested).mapped { type, _ in type == only.type ? mapped : nil }
    }

    private static func isKept(_ type: Int, isElement: Bool) -> Bool {
        let both = [
            IPSET_ATTR_CIDR, IPSET_ATTR_PORT, IPSET_ATTR_PORT_TO, IPSET_ATTR_TIMEOUT, IPSET_ATTR_PROTO,
            IPSET_ATTR_CADT_FLAGS, IPSET_ATTR_CADT_LINENO, IPSET_ATTR_MARK, IPSET_ATTR_MARKMASK,
        ].map { Int($0) }
        // 21 is `IPSET_ATTR_BUCKETSIZE`, which not all headers have.
        let ofSets = [
            IPSET_ATTR_HASHSIZE, IPSET_ATTR_MAXELEM, IPSET_ATTR_NETMASK, IPSET_ATTR_RESIZE, IPSET_ATTR_SIZE,
            IPSET_ATTR_ELEMENTS, IPSET_ATTR_REFERENCES, IPSET_ATTR_MEMSIZE, IPSET_ATTR_INITVAL, 21,
        ].map { Int($0) }
        let ofElements = [
            IPSET_ATTR_CIDR2, IPSET_ATTR_BYTES, IPSET_ATTR_PACKETS, IPSET_ATTR_SKBMARK, IPSET_ATTR_SKBPRIO,
            IPSET_ATTR_SKBQUEUE, IPSET_ATTR_PAD,
        ].map { Int($0) }
        return both.contains(type) || (isElement ? ofElements : ofSets).contains(type)
    }
}
