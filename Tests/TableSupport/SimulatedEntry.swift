import Addresses
import CNetlink
import Glibc

/// An entry of a simulated table.
package struct SimulatedEntry: Equatable, Sendable {
    package var `protocol`: IPProtocol
    package var source: Endpoint
    package var destination: Endpoint
    /// Who answers: the destination, except with NAT.
    package var answering: Endpoint
    package var isReplied = false
    package var zone: UInt16 = 0
    package var id: UInt32
    /// A `TCP_CONNTRACK_*` state.
    package var tcpState = UInt8(TCP_CONNTRACK_ESTABLISHED.rawValue)

    package init(
        _ protocol: IPProtocol = .tcp, from source: Endpoint, to destination: Endpoint, answering: Endpoint? = nil,
        id: UInt32
    ) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
        self.answering = answering ?? destination
        self.id = id
    }

    var family: UInt8 { UInt8(source.address.family == .ipv4 ? AF_INET : AF_INET6) }

    /// As sent by the kernel, in a dump or alone.
    package func message(isDump: Bool) throws -> [UInt8] {
        let entry = try LibraryEntry()
        entry[byte: ATTR_L3PROTO] = family
        entry[byte: ATTR_REPL_L3PROTO] = family
        entry[byte: ATTR_L4PROTO] = `protocol`.rawValue
        entry[byte: ATTR_REPL_L4PROTO] = `protocol`.rawValue
        entry.set(isReply: false, source, destination)
        entry.set(isReply: true, answering, source)
        entry[word: ATTR_STATUS] = IPS_CONFIRMED.rawValue | (isReplied ? IPS_SEEN_REPLY.rawValue : 0)
        entry[word: ATTR_TIMEOUT] = 100
        entry[word: ATTR_ID] = id.bigEndian
        if `protocol` == .tcp { entry[byte: ATTR_TCP_STATE] = tcpState }
        if zone != 0 { nfct_set_attr_u16(entry.object, ATTR_ZONE, zone) }
        let type = UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_NEW.rawValue)
        return try SimulatedMessage.build(
            type: type, flags: isDump ? NLM_F_MULTI : 0, extra: [family, UInt8(NFNETLINK_V0), 0, 0]
        ) { nfct_nlmsg_build($0, entry.object) }
    }

    func isFound(by asked: LibraryEntry) -> Bool {
        guard asked[byte: ATTR_L3PROTO] == family, asked[byte: ATTR_L4PROTO] == `protocol`.rawValue,
            (asked.has(ATTR_ZONE) ? nfct_get_attr_u16(asked.object, ATTR_ZONE) : 0) == zone
        else { return false }
        let tuple = (asked.endpoint(isSource: true), asked.endpoint(isSource: false))
        return tuple == (source, destination) || tuple == (answering, source)
    }
}

extension LibraryEntry {
    fileprivate func set(isReply: Bool, _ source: Endpoint, _ destination: Endpoint) {
        let isIPv4 = source.address.family == .ipv4
        let addresses =
            isReply
            ? (isIPv4 ? (ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST) : (ATTR_REPL_IPV6_SRC, ATTR_REPL_IPV6_DST))
            : (isIPv4 ? (ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST) : (ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST))
        source.address.networkBytes.withUnsafeBytes { nfct_set_attr(object, addresses.0, $0.baseAddress) }
        destination.address.networkBytes.withUnsafeBytes { nfct_set_attr(object, addresses.1, $0.baseAddress) }
        self[network16: isReply ? ATTR_REPL_PORT_SRC : ATTR_ORIG_PORT_SRC] = source.port
        self[network16: isReply ? ATTR_REPL_PORT_DST : ATTR_ORIG_PORT_DST] = destination.port
    }

    /// An IPv4 address, also in a partial tuple.
    func address(_ attribute: nf_conntrack_attr) -> IPAddress? {
        guard let bytes = bytes(attribute, count: 4), bytes != [0, 0, 0, 0] else { return nil }
        return IPAddress(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }

    fileprivate func endpoint(isSource: Bool) -> Endpoint? {
        let port = self[network16: isSource ? ATTR_ORIG_PORT_SRC : ATTR_ORIG_PORT_DST]
        if self[byte: ATTR_L3PROTO] == UInt8(AF_INET) {
            let number = self[word: isSource ? ATTR_ORIG_IPV4_SRC : ATTR_ORIG_IPV4_DST]
            return Endpoint(IPAddress(ipv4: UInt32(bigEndian: number)), port)
        }
        guard let bytes = bytes(isSource ? ATTR_ORIG_IPV6_SRC : ATTR_ORIG_IPV6_DST, count: 16) else { return nil }
        let halves = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        let address = IPAddress(ipv6High: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
        return Endpoint(address, port)
    }
}
