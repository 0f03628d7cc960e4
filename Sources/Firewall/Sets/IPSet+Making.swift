import CNetlink
import Netlink

extension IPSet {
    var revision: UInt8 { payload(IPSET_ATTR_REVISION)?.first ?? 0 }

    /// `IPSET_CMD_CREATE`, with its properties but for what the kernel only tells, and those of its hash: a size that a capture claims, or
    /// elements made to collide, could take all of the memory.
    var creation: Request {
        var request = Request.ipset("make \(self)", IPSET_CMD_CREATE)
        let data = UInt16(IPSET_ATTR_DATA)
        request.append(attributes: attributes(besides: [data]))
        let properties = RuleExpression("", payload(data) ?? [])
        let left = [
            IPSET_ATTR_ELEMENTS, IPSET_ATTR_REFERENCES, IPSET_ATTR_MEMSIZE, IPSET_ATTR_HASHSIZE, IPSET_ATTR_INITVAL,
        ]
        var kept = properties.attributes(besides: Set(left.map(UInt16.init)))
        for place in Self.addressTypes(in: kept.span.bytes, 0..<kept.count) { Self.markOrder(at: place, in: &kept) }
        request.nest(data) { $0.append(attributes: kept) }
        return request
    }

    /// `IPSET_CMD_ADD` of a list of elements.
    func addition(of list: [UInt8]) -> Request {
        var request = named("add elements to \(self)", IPSET_CMD_ADD)
        // Required with a list (`ip_set_ad`).
        request.append(IPSET_ATTR_LINENO, host: UInt32(0))
        var marked = list
        var cursor = AttributeCursor(0..<list.count)
        while let element = try? cursor.next(in: list.span.bytes) {
            for place in Self.addressTypes(in: list.span.bytes, element.payload) {
                Self.markOrder(at: place, in: &marked)
            }
        }
        request.nest(IPSET_ATTR_ADT) { $0.append(attributes: marked) }
        return request
    }

    /// Sets the flag that an address is in network byte order, which the kernel requires and does not give (`ip_set_get_ipaddr4`,
    /// `ip_set_get_ipaddr6`, net/netfilter/ipset/ip_set_core.c).
    private static func markOrder(at place: Int, in bytes: inout [UInt8]) {
        guard let type = try? bytes.span.bytes.host(UInt16.self, at: place) else { return }
        withUnsafeBytes(of: type | UInt16(NLA_F_NET_BYTEORDER)) {
            bytes.replaceSubrange(place..<place + $0.count, with: $0)
        }
    }

    /// Where the types of addresses are, `IPSET_ATTR_IPADDR_IPV4` or `_IPV6`, within these attributes.
    private static func addressTypes(in bytes: RawSpan, _ range: Range<Int>) -> [Int] {
        var places: [Int] = []
        var cursor = AttributeCursor(range)
        while let attribute = try? cursor.next(in: bytes) {
            guard addresses.contains(Int(attribute.type)) else { continue }
            var inner = AttributeCursor(in: attribute)
            while let address = try? inner.next(in: bytes) {
                places.append(address.payload.lowerBound - MemoryLayout<UInt16>.size)
            }
        }
        return places
    }

    private static let addresses: Set<Int> = [IPSET_ATTR_IP, IPSET_ATTR_IP_TO, IPSET_ATTR_IP2]

    var removal: Request { named("remove \(self)", IPSET_CMD_DESTROY) }

    private func named(_ purpose: String, _ command: ipset_cmd) -> Request {
        var request = Request.ipset(purpose, command)
        request.append(IPSET_ATTR_SETNAME, payload(IPSET_ATTR_SETNAME) ?? [])
        return request
    }

    /// Whether each of its elements is one, as the kernel lists them. What it takes as well, ranges and prefixes of addresses, can be four
    /// billion elements in one message, in a capture that somebody made.
    var isOfSingleElements: Bool {
        get throws(DecodeError) {
            var ranges = Set([IPSET_ATTR_IP_TO, IPSET_ATTR_PORT_TO, IPSET_ATTR_IP2_TO].map(UInt16.init))
            if !type.hasPrefix("hash:net") { ranges.insert(UInt16(IPSET_ATTR_CIDR)) }
            var isSingle = true
            try eachElement { attributes, _ in
                isSingle = isSingle && !attributes.contains { ranges.contains($0.type) }
            }
            return isSingle
        }
    }
}
