import Addresses
import CNetlink
import Netlink

/// An address of an interface.
///
/// Source: net/ipv4/devinet.c, `inet_fill_ifaddr`; net/ipv6/addrconf.c, `inet6_fill_ifaddr`.
package struct InterfaceAddress: Equatable, Sendable {
    /// This host's own (`IFA_LOCAL`, else `IFA_ADDRESS`).
    package let address: IPAddress
    /// In bits, 0 to 32 or 128. With a peer it is the peer's.
    package let prefixLength: UInt8
    /// The other end of a point-to-point link (`IFA_ADDRESS`), if that differs.
    package let peer: IPAddress?
    package let broadcast: IPAddress?
    /// The interface's index.
    package let interface: Int32
    package let scope: AddressScope
    package let flags: Flags
    /// `eth0:1`; the interface's name without one. IPv6 has none.
    package let label: String?
    /// Of the route to its prefix (`IFA_RT_PRIORITY`); nil for the default.
    package let routeMetric: UInt32?

    /// `IFA_F_*`, of linux/if_addr.h.
    package struct Flags: NamedBits {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let secondary = Flags(rawValue: 1 << 0)
        /// Another host has it already (`IFA_F_DADFAILED`), so that it is not used.
        package static let duplicate = Flags(rawValue: 1 << 3)
        package static let tentative = Flags(rawValue: 1 << 6)
        package static let permanent = Flags(rawValue: 1 << 7)
        /// Its prefix has no route (`IFA_F_NOPREFIXROUTE`).
        package static let noPrefixRoute = Flags(rawValue: 1 << 9)

        /// Without `IFA_F_`.
        package static let names = [
            "SECONDARY", "NODAD", "OPTIMISTIC", "DADFAILED", "HOMEADDRESS", "DEPRECATED", "TENTATIVE", "PERMANENT",
            "MANAGETEMPADDR", "NOPREFIXROUTE", "MCAUTOJOIN", "STABLE_PRIVACY",
        ]
    }
}

/// How far an address or a route's destination reaches (`RT_SCOPE_*`).
package struct AddressScope: NamedNumber {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let global = AddressScope(rawValue: 0)
    package static let link = AddressScope(rawValue: 253)
    package static let host = AddressScope(rawValue: 254)

    package static let names: [UInt8: String] = [0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"]
}

extension InterfaceAddress {
    /// Of the fixed header, `struct ifaddrmsg`.
    private static let headerSize = 8

    /// All of them, of both families.
    static var listing: Request {
        .route(
            "list the addresses of the network interfaces", type: UInt16(RTM_GETADDR),
            header: [UInt8](repeating: 0, count: headerSize), flags: NLM_F_DUMP)
    }

    /// - Returns: nil for a family other than IP's.
    /// - Throws: if it has no address.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        var cursor = AttributeCursor(try message.attributes(after: Self.headerSize))
        guard let family = IPAddress.Family(try bytes.host(UInt8.self, at: start)) else { return nil }
        prefixLength = try bytes.host(at: start + 1)
        scope = AddressScope(rawValue: try bytes.host(at: start + 3))
        interface = try bytes.host(at: start + 4)
        var (local, remote, broadcast): (IPAddress?, IPAddress?, IPAddress?)
        // Eight bits of the flags; all of them are in an attribute since Linux 3.14.
        var flags = UInt32(try bytes.host(UInt8.self, at: start + 2))
        var label: String?
        var metric: UInt32?
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IFA_LOCAL: local = bytes.address(attribute, family)
            case IFA_ADDRESS: remote = bytes.address(attribute, family)
            case IFA_BROADCAST: broadcast = bytes.address(attribute, family)
            case IFA_FLAGS: flags = bytes.host(attribute) ?? flags
            case IFA_LABEL: label = bytes.text(attribute)
            case IFA_RT_PRIORITY: metric = bytes.host(attribute)
            default: break
            }
        }
        guard let address = local ?? remote, Int(prefixLength) <= address.bitWidth else {
            throw DecodeError("address of an interface", "its address or prefix length is missing or wrong", at: start)
        }
        self.address = address
        peer = remote == address ? nil : remote
        self.broadcast = broadcast
        self.flags = Flags(rawValue: flags)
        self.label = label
        routeMetric = metric
    }
}
