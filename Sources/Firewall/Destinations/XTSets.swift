import Addresses
import CNetlink
import Netlink

/// What matches `set` of xtables say about destinations: the elements of sets of ipset.
struct XTSets {
    private let sets: [UInt16: IPSet]

    init(_ sets: [IPSet] = []) { self.sets = Dictionary(sets.map { ($0.index, $0) }) { first, _ in first } }

    /// What any match says.
    ///
    /// - Returns: nil for one that says nothing about destinations, or which they are not.
    func hints(ofMatch name: String, revision: UInt32, _ data: [UInt8]) -> [DestinationHint]? {
        XTPorts(match: name, revision: revision, data).hints ?? hints(match: name, revision: revision, data)
    }

    private func hints(match name: String, revision: UInt32, _ data: [UInt8]) -> [DestinationHint]? {
        // `struct xt_set_info` (linux/netfilter/xt_set.h) begins the data from revision 1 on: an index, a number of dimensions, flags.
        let bytes = data.span.bytes
        guard name == "set", revision > 0, let index = try? bytes.host(UInt16.self, at: 0), let set = sets[index],
            let flags = try? bytes.host(UInt8.self, at: 3), flags & UInt8(IPSET_INV_MATCH.rawValue) == 0
        else { return nil }
        let hints = set.hints { dimension in flags & (UInt8(IPSET_DIM_ONE_SRC.rawValue) << dimension) == 0 }
        return hints.isEmpty ? nil : hints
    }
}

extension IPSet {
    /// Messages with elements that are looked at, of some hundred each: a set can have hundreds of thousands.
    private static let mostMessages = 8

    /// What each element says about destinations. A network says nothing about the address.
    ///
    /// - Parameter isDestination: whether a dimension of the set, from 0 on, is compared with the packet's destination.
    fileprivate func hints(_ isDestination: (Int) -> Bool) -> [DestinationHint] {
        let dimensions = type.drop { $0 != ":" }.dropFirst().split(separator: ",")
        let named = dimensions.indices.filter { isDestination($0) && Self.kinds.contains(String(dimensions[$0])) }
        guard !named.isEmpty else { return [] }
        let firstAddress = dimensions.firstIndex { $0 == "ip" || $0 == "net" }
        var set = self
        set.elements = Array(elements.prefix(Self.mostMessages))
        var (seen, found): (Set<DestinationHint>, [DestinationHint]) = ([], [])
        try? set.eachElement { attributes, bytes in
            var hint = DestinationHint()
            for dimension in named {
                if dimensions[dimension] == "port" {
                    hint.port = attributes.number(IPSET_ATTR_PORT, in: bytes)
                    hint.protocol = attributes.byte(IPSET_ATTR_PROTO, in: bytes).map { IPProtocol(rawValue: $0) }
                } else {
                    hint.address = attributes.address(isSecond: dimension != firstAddress, in: bytes)
                }
            }
            if seen.insert(hint).inserted { found.append(hint) }
        }
        return found
    }

    private static let kinds: Set<String> = ["ip", "net", "port"]
}

/// Of an element (linux/netfilter/ipset/ip_set.h).
extension [Attribute] {
    private func first(_ type: Int, in bytes: RawSpan) -> [UInt8]? {
        first { $0.type == UInt16(type) }.map { bytes.copy($0) }
    }

    fileprivate func byte(_ type: Int, in bytes: RawSpan) -> UInt8? { first(type, in: bytes)?.first }

    /// In network order.
    fileprivate func number(_ type: Int, in bytes: RawSpan) -> UInt16? {
        guard let value = first(type, in: bytes), value.count == 2 else { return nil }
        return value.reduce(0) { $0 << 8 | UInt16($1) }
    }

    /// Nil for a network.
    fileprivate func address(isSecond: Bool, in bytes: RawSpan) -> IPAddress? {
        let nested = first(isSecond ? IPSET_ATTR_IP2 : IPSET_ATTR_IP, in: bytes).map { RuleExpression("", $0) }
        let value = nested.flatMap { $0.payload(IPSET_ATTR_IPADDR_IPV4) ?? $0.payload(IPSET_ATTR_IPADDR_IPV6) }
        guard let address = value.flatMap(IPAddress.init(networkOrder:)) else { return nil }
        let length = byte(isSecond ? IPSET_ATTR_CIDR2 : IPSET_ATTR_CIDR, in: bytes)
        return length.map { Int($0) == address.bitWidth } ?? true ? address : nil
    }
}
