import Addresses
import CNetlink
import Netlink

extension Route {
    /// Of the fixed header, `struct rtmsg`.
    private static let headerSize = 12

    /// Those of one table. Kernels before 4.20 send all tables' nevertheless.
    static func listing(_ table: RoutingTable, _ family: IPAddress.Family) -> Request {
        let word = family == .ipv4 ? "IPv4" : "IPv6"
        var request = Request.route(
            "list the \(word) routes of table \(table)", type: UInt16(RTM_GETROUTE),
            header: [family.number] + [UInt8](repeating: 0, count: headerSize - 1), flags: NLM_F_DUMP)
        request.append(RTA_TABLE.rawValue, host: table.rawValue)
        return request
    }

    /// - Returns: nil for a family other than IP's.
    /// - Throws: if a prefix or a list of next hops is malformed.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        let range = try message.attributes(after: Self.headerSize)
        guard let family = IPAddress.Family(try bytes.host(UInt8.self, at: start)) else { return nil }
        let prefixes = try Self.prefixes(family, range, in: bytes, at: start)
        (destination, source) = prefixes
        typeOfService = try bytes.host(at: start + 3)
        table = RoutingTable(rawValue: UInt32(try bytes.host(UInt8.self, at: start + 4)))
        originator = RouteOriginator(rawValue: try bytes.host(at: start + 5))
        scope = AddressScope(rawValue: try bytes.host(at: start + 6))
        type = RouteType(rawValue: try bytes.host(at: start + 7))
        // Those of `RTM_F_*` are in the bits above.
        flags = NextHop.Flags(rawValue: try bytes.host(UInt32.self, at: start + 8) & 0xFF)
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) { try take(attribute, family, in: bytes) }
    }

    private static func prefixes(
        _ family: IPAddress.Family, _ range: Range<Int>, in bytes: RawSpan, at start: Int
    ) throws(DecodeError) -> (Prefix, Prefix) {
        var (destination, source): (Attribute?, Attribute?)
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            switch UInt32(attribute.type) {
            case RTA_DST.rawValue: destination = attribute
            case RTA_SRC.rawValue: source = attribute
            default: break
            }
        }
        let lengths: (UInt8, UInt8) = (try bytes.host(at: start + 1), try bytes.host(at: start + 2))
        return (
            try bytes.prefix(destination, lengths.0, family, of: "route", at: start),
            try bytes.prefix(source, lengths.1, family, of: "route", at: start)
        )
    }

    private mutating func take(
        _ attribute: Attribute, _ family: IPAddress.Family, in bytes: RawSpan
    ) throws(DecodeError) {
        switch UInt32(attribute.type) {
        case RTA_TABLE.rawValue: table = bytes.host(attribute).map(RoutingTable.init(rawValue:)) ?? table
        case RTA_GATEWAY.rawValue: gateway = bytes.address(attribute, family)
        case RTA_VIA.rawValue: gateway = bytes.gatewayOfAnyFamily(attribute)
        case RTA_OIF.rawValue: output = bytes.host(attribute)
        case RTA_PREFSRC.rawValue: preferredSource = bytes.address(attribute, family)
        case RTA_PRIORITY.rawValue: priority = bytes.host(attribute)
        case RTA_METRICS.rawValue: mtu = try bytes.metric(RTAX_MTU, in: attribute)
        case RTA_MULTIPATH.rawValue: nextHops = try bytes.nextHops(attribute, family)
        case RTA_NH_ID.rawValue: nextHopObject = bytes.host(attribute)
        case RTA_ENCAP_TYPE.rawValue: encapsulation = bytes.host(attribute)
        default: break
        }
    }
}

extension RawSpan {
    /// `struct rtvia`: its family in host order, and the address.
    fileprivate func gatewayOfAnyFamily(_ attribute: Attribute) -> IPAddress? {
        let start = attribute.payload.lowerBound
        guard attribute.payload.count > 2, let number: UInt16 = try? host(at: start),
            let family = UInt8(exactly: number).flatMap({ IPAddress.Family($0) })
        else { return nil }
        return address(Attribute(type: 0, payload: start + 2..<attribute.payload.upperBound), family)
    }

    fileprivate func metric(_ type: Int, in metrics: Attribute) throws(DecodeError) -> UInt32? {
        var cursor = AttributeCursor(in: metrics)
        while let attribute = try cursor.next(in: self) {
            if Int(attribute.type) == type { return host(attribute) }
        }
        return nil
    }

    /// Each is a `struct rtnexthop` in host order: its length with attributes, flags, the weight less 1, the interface.
    fileprivate func nextHops(
        _ list: Attribute, _ family: IPAddress.Family
    ) throws(DecodeError) -> [Route.NextHop] {
        let headerSize = 8
        var found: [Route.NextHop] = []
        var start = list.payload.lowerBound
        while list.payload.upperBound - start >= headerSize {
            let length = Int(try host(UInt16.self, at: start))
            guard length >= headerSize, length <= list.payload.upperBound - start else {
                throw DecodeError("route", "a next hop has a length of \(length)", at: start)
            }
            var hop = Route.NextHop(
                gateway: nil, output: try host(at: start + 4), weight: Int(try host(UInt8.self, at: start + 3)) + 1,
                flags: .init(rawValue: UInt32(try host(UInt8.self, at: start + 2))))
            var cursor = AttributeCursor(start + headerSize..<start + length)
            while let attribute = try cursor.next(in: self) {
                switch UInt32(attribute.type) {
                case RTA_GATEWAY.rawValue: hop.gateway = address(attribute, family)
                case RTA_VIA.rawValue: hop.gateway = gatewayOfAnyFamily(attribute)
                default: break
                }
            }
            found.append(hop)
            start += (length + 3) & ~3
        }
        return found
    }
}
