import CNetlink
import Netlink

/// A network interface.
///
/// Source: net/core/rtnetlink.c, `rtnl_fill_ifinfo`.
package struct Link: Equatable, Sendable {
    /// Unique in the network namespace.
    package let index: Int32
    package let name: String
    package let flags: Flags
    package let type: LinkType
    /// In bytes.
    package private(set) var mtu: UInt32?
    /// `veth`, `bridge`, `vlan`, `vrf`; nil for most hardware, and the loopback.
    package private(set) var kind: String?
    /// What is special to the kind (`IFLA_INFO_DATA`), as attributes in the kernel's layout: a VLAN's number, a VRF's table.
    package private(set) var kindAttributes: [UInt8] = []
    /// The bridge, bond or VRF that it is part of.
    package private(set) var master: Int32?
    /// The interface below it, or a veth's other end. In another network namespace if `parentNamespace` is set.
    package private(set) var parent: Int32?
    /// This namespace's number for the one that the parent is in (`IFLA_LINK_NETNSID`).
    package private(set) var parentNamespace: Int32?
    /// In the order on the wire; with Ethernet six bytes.
    package private(set) var address: [UInt8] = []

    /// `IFF_*`, of linux/if.h.
    package struct Flags: NamedBits {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The administrator wants it to run (`IFF_UP`).
        package static let up = Flags(rawValue: 1 << 0)
        package static let loopback = Flags(rawValue: 1 << 3)
        /// It does run (`IFF_RUNNING`).
        package static let running = Flags(rawValue: 1 << 6)
        package static let noARP = Flags(rawValue: 1 << 7)

        /// Without `IFF_`.
        package static let names = [
            "UP", "BROADCAST", "DEBUG", "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING", "NOARP", "PROMISC",
            "ALLMULTI", "MASTER", "SLAVE", "MULTICAST", "PORTSEL", "AUTOMEDIA", "DYNAMIC", "LOWER_UP", "DORMANT",
            "ECHO",
        ]
    }
}

/// The kind of hardware, or of its headers (`ARPHRD_*`, linux/if_arp.h).
package struct LinkType: NamedNumber {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let ethernet = LinkType(rawValue: 1)
    package static let loopback = LinkType(rawValue: 772)

    package static let names: [UInt16: String] = [
        1: "ether", 32: "infiniband", 512: "ppp", 519: "rawip", 768: "ipip", 769: "tunnel6", 772: "loopback",
        776: "sit",
        778: "gre", 823: "gre6", 65534: "none",
    ]
}

extension Link {
    /// Of the fixed header, `struct ifinfomsg`.
    private static let headerSize = 16

    /// All of them, without what IPv6 counts on each, which is long (`inet6_fill_ifla6_attrs`, net/ipv6/addrconf.c).
    static var listing: Request {
        var request = Request.route(
            "list the network interfaces", type: UInt16(RTM_GETLINK), header: [UInt8](repeating: 0, count: headerSize),
            flags: NLM_F_DUMP)
        request.append(IFLA_EXT_MASK, host: UInt32(RTEXT_FILTER_SKIP_STATS))
        return request
    }

    /// - Throws: if it has no name.
    init(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        var cursor = AttributeCursor(try message.attributes(after: Self.headerSize))
        type = LinkType(rawValue: try bytes.host(at: start + 2))
        index = try bytes.host(at: start + 4)
        flags = Flags(rawValue: try bytes.host(at: start + 8))
        var name: String?
        var information: Attribute?
        var (mtu, master, parent, parentNamespace): (UInt32?, Int32?, Int32?, Int32?)
        var address: [UInt8] = []
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IFLA_IFNAME: name = bytes.text(attribute)
            case IFLA_MTU: mtu = bytes.host(attribute)
            case IFLA_LINKINFO: information = attribute
            case IFLA_MASTER: master = bytes.host(attribute)
            // An interface that is its own parent has none (`dev_get_iflink`).
            case IFLA_LINK: parent = bytes.host(attribute)
            case IFLA_LINK_NETNSID: parentNamespace = bytes.host(attribute)
            case IFLA_ADDRESS: address = bytes.copy(attribute)
            default: break
            }
        }
        guard let name, !name.isEmpty else { throw DecodeError("network interface", "it has no name", at: start) }
        self.name = name
        (self.mtu, self.master, self.parent, self.parentNamespace) = (mtu, master, parent, parentNamespace)
        self.address = address
        if let information { try take(information, in: bytes) }
    }

    private mutating func take(_ information: Attribute, in bytes: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(in: information)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IFLA_INFO_KIND: kind = bytes.text(attribute)
            case IFLA_INFO_DATA: kindAttributes = bytes.copy(attribute)
            default: break
            }
        }
    }

    /// The routing table of a VRF (`IFLA_VRF_TABLE`); nil for other kinds.
    package var vrfTable: RoutingTable? {
        guard kind == "vrf" else { return nil }
        let bytes = kindAttributes.span.bytes
        var cursor = AttributeCursor(0..<kindAttributes.count)
        while let attribute = try? cursor.next(in: bytes) {
            if Int(attribute.type) == IFLA_VRF_TABLE { return bytes.host(attribute).map(RoutingTable.init(rawValue:)) }
        }
        return nil
    }
}
