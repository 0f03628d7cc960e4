import Addresses
import CNetlink
import Glibc
import Netlink
import TestSupport

/// A service of a simulated director, as IPVS lists it.
package struct SimulatedService: Equatable, Sendable {
    /// Nil for a service by firewall mark.
    package var address: (IPProtocol, Endpoint)?
    package var mark: UInt32 = 0
    package var isIPv6 = false
    package var destinations: [SimulatedDestination]

    package init(_ protocol: IPProtocol, _ endpoint: Endpoint, _ destinations: [SimulatedDestination]) {
        address = (`protocol`, endpoint)
        isIPv6 = endpoint.address.family == .ipv6
        self.destinations = destinations
    }

    package init(mark: UInt32, isIPv6: Bool = false, _ destinations: [SimulatedDestination]) {
        self.mark = mark
        self.isIPv6 = isIPv6
        self.destinations = destinations
    }

    package static func == (left: SimulatedService, right: SimulatedService) -> Bool {
        left.mark == right.mark && left.isIPv6 == right.isIPv6 && left.destinations == right.destinations
            && left.address?.0 == right.address?.0 && left.address?.1 == right.address?.1
    }

    func message(_ family: UInt16) throws -> [UInt8] {
        try SimulatedMessage.build(type: family, extra: [UInt8(IPVS_CMD_NEW_SERVICE), 1, 0, 0]) { header in
            let nest = mnl_attr_nest_start(header, UInt16(IPVS_CMD_ATTR_SERVICE))
            putIdentity(header)
            mnl_attr_put_strz(header, UInt16(IPVS_SVC_ATTR_SCHED_NAME), "rr")
            mnl_attr_nest_end(header, nest)
        }
    }

    private func putIdentity(_ header: UnsafeMutablePointer<nlmsghdr>) {
        mnl_attr_put_u16(header, UInt16(IPVS_SVC_ATTR_AF), UInt16(isIPv6 ? AF_INET6 : AF_INET))
        guard let (transport, endpoint) = address else {
            return mnl_attr_put_u32(header, UInt16(IPVS_SVC_ATTR_FWMARK), mark)
        }
        mnl_attr_put_u16(header, UInt16(IPVS_SVC_ATTR_PROTOCOL), UInt16(transport.rawValue))
        let bytes = endpoint.address.networkBytes
        mnl_attr_put(
            header, UInt16(IPVS_SVC_ATTR_ADDR), 16, bytes + [UInt8](repeating: 0, count: 16 - bytes.count))
        mnl_attr_put_u16(header, UInt16(IPVS_SVC_ATTR_PORT), endpoint.port.bigEndian)
    }

    /// Whether a request for destinations names it: the same attributes, in the same order.
    func isNamed(in message: [UInt8]) -> Bool {
        let own = try? SimulatedMessage.build(type: 0, extra: [0, 0, 0, 0]) { header in
            let nest = mnl_attr_nest_start(header, UInt16(IPVS_CMD_ATTR_SERVICE))
            putIdentity(header)
            mnl_attr_nest_end(header, nest)
        }
        return own.map { $0.dropFirst(20).elementsEqual(message.dropFirst(20)) } ?? false
    }
}

/// A real server of a simulated service.
package struct SimulatedDestination: Equatable, Sendable {
    package var endpoint: Endpoint
    /// `IP_VS_CONN_F_MASQ` 0, `_LOCALNODE` 1, `_TUNNEL` 2, `_DROUTE` 3.
    package var method: UInt32
    package var weight: UInt32 = 0
    /// Active connections, as IPVS counts them.
    package var active: UInt32 = 0

    package init(_ endpoint: Endpoint, method: UInt32) {
        self.endpoint = endpoint
        self.method = method
    }

    func message(_ family: UInt16) throws -> [UInt8] {
        try SimulatedMessage.build(type: family, extra: [UInt8(IPVS_CMD_NEW_DEST), 1, 0, 0]) { header in
            let nest = mnl_attr_nest_start(header, UInt16(IPVS_CMD_ATTR_DEST))
            let bytes = endpoint.address.networkBytes
            mnl_attr_put(
                header, UInt16(IPVS_DEST_ATTR_ADDR), 16, bytes + [UInt8](repeating: 0, count: 16 - bytes.count))
            mnl_attr_put_u16(header, UInt16(IPVS_DEST_ATTR_PORT), endpoint.port.bigEndian)
            mnl_attr_put_u32(header, UInt16(IPVS_DEST_ATTR_FWD_METHOD), method)
            mnl_attr_put_u32(header, UInt16(IPVS_DEST_ATTR_WEIGHT), weight)
            mnl_attr_put_u32(header, UInt16(IPVS_DEST_ATTR_ACTIVE_CONNS), active)
            mnl_attr_nest_end(header, nest)
        }
    }
}

/// Messages as libmnl builds them.
enum SimulatedMessage {
    static func build(
        type: UInt16, flags: Int32 = NLM_F_MULTI, extra: [UInt8],
        _ fill: (UnsafeMutablePointer<nlmsghdr>) -> Void = { _ in }
    ) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        return try buffer.withUnsafeMutableBytes { bytes in
            guard let header = mnl_nlmsg_put_header(bytes.baseAddress) else {
                throw SystemFailure("mnl_nlmsg_put_header", errno: ENOMEM)
            }
            header.pointee.nlmsg_type = type
            header.pointee.nlmsg_flags = UInt16(flags)
            header.pointee.nlmsg_seq = 1
            mnl_nlmsg_put_extra_header(header, extra.count)?.copyMemory(from: extra, byteCount: extra.count)
            fill(header)
            return Array(bytes.prefix(Int(header.pointee.nlmsg_len)))
        }
    }

    static func family(_ number: UInt16) throws -> [UInt8] {
        try build(type: UInt16(GENL_ID_CTRL), flags: 0, extra: [1, 2, 0, 0]) { header in
            mnl_attr_put_strz(header, UInt16(CTRL_ATTR_FAMILY_NAME), "IPVS")
            mnl_attr_put_u16(header, UInt16(CTRL_ATTR_FAMILY_ID), number)
            mnl_attr_put_u32(header, UInt16(CTRL_ATTR_VERSION), 1)
        }
    }

    /// A backup sync daemon.
    static func backup(_ family: UInt16) throws -> [UInt8] {
        try build(type: family, extra: [UInt8(IPVS_CMD_NEW_DAEMON), 1, 0, 0]) { header in
            let nest = mnl_attr_nest_start(header, UInt16(IPVS_CMD_ATTR_DAEMON))
            mnl_attr_put_u32(header, UInt16(IPVS_DAEMON_ATTR_STATE), UInt32(IP_VS_STATE_BACKUP))
            mnl_attr_put_strz(header, UInt16(IPVS_DAEMON_ATTR_MCAST_IFN), "eth0")
            mnl_attr_nest_end(header, nest)
        }
    }

    static func done() throws -> [UInt8] { try build(type: UInt16(NLMSG_DONE), extra: [0, 0, 0, 0]) }

    /// An acknowledgement, or an error, and the header of the request.
    static func end(errno: Int32) throws -> [UInt8] {
        let number = withUnsafeBytes(of: -errno, Array.init)
        return try build(
            type: UInt16(NLMSG_ERROR), flags: NLM_F_CAPPED,
            extra: number + [20, 0, 0, 0] + [UInt8](repeating: 0, count: 12))
    }
}
