import Addresses
import CNetlink
import Netlink
import Routing

// What is asked of rtnetlink to make a director's network again.

extension KernelSource {
    /// Sends what changes something and waits for the kernel's acknowledgement.
    func order(_ request: Request) throws(KernelError) { _ = try ask(request) { _, _ in } }
}

extension IPAddress {
    /// The kernel makes the others itself: loopback's, and those of the link.
    var isCopied: Bool {
        switch family {
        case .ipv4: !(Prefix("127.0.0.0/8")?.contains(self) ?? false)
        case .ipv6: self != IPAddress(ipv6High: 0, low: 1) && !(Prefix("fe80::/10")?.contains(self) ?? false)
        }
    }
}

extension Link {
    private static let making = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK

    /// `struct ifinfomsg`
    private static func header(_ index: Int32, flags: UInt32 = 0) -> [UInt8] {
        [0, 0, 0, 0] + bytes(index) + bytes(flags) + bytes(flags)
    }

    /// Where no ARP is spoken, a packet leaves without asking who has its next hop (`arp_constructor`, net/ipv4/arp.c).
    static func raising(index: Int32, _ what: String, arp: Bool) -> Request {
        let flags = Flags.up.rawValue | (arp ? 0 : Flags.noARP.rawValue)
        return .route(
            "set \(what) up", type: UInt16(RTM_NEWLINK), header: header(index, flags: flags), flags: NLM_F_ACK)
    }

    /// - Parameter chosen: its index; 0 for any.
    func asPair(index chosen: Int32, farEndIn far: CInt) -> Request {
        let flags = Flags.noARP.rawValue | flags.intersection(.up).rawValue
        var request = Request.route(
            "copy link \(name)", type: UInt16(RTM_NEWLINK), header: Self.header(chosen, flags: flags),
            flags: Self.making)
        request.append(IFLA_IFNAME, text: name)
        request.append(IFLA_ADDRESS, NetworkCopy.linkAddress(of: index))
        if let mtu, (68...65_535).contains(mtu) { request.append(IFLA_MTU, host: mtu) }
        request.nest(IFLA_LINKINFO) { info in
            info.append(IFLA_INFO_KIND, text: "veth")
            info.nest(IFLA_INFO_DATA) { data in
                data.nest(VETH_INFO_PEER) { peer in
                    peer.append(attributes: Self.header(NetworkCopy.farIndex(of: index)))
                    peer.append(IFLA_NET_NS_FD, host: far)
                }
            }
        }
        return request
    }
}

/// linux/veth.h
private let VETH_INFO_PEER = 1

private func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }

extension InterfaceAddress {
    /// Without asking whether somebody else has it.
    func creation(on index: Int32) -> Request {
        var request = Request.route(
            "copy address \(address)", type: UInt16(RTM_NEWADDR),
            header: [address.family.number, prefixLength, 0, scope.rawValue] + bytes(index),
            flags: NLM_F_CREATE | NLM_F_ACK)
        request.append(IFA_LOCAL, address.networkBytes)
        request.append(IFA_ADDRESS, (peer ?? address).networkBytes)
        let kept = Flags.noPrefixRoute.rawValue | Flags.secondary.rawValue
        request.append(IFA_FLAGS, host: flags.rawValue & kept | UInt32(address.family == .ipv6 ? IFA_F_NODAD : 0))
        return request
    }
}

extension Route {
    /// Made by the kernel with an address or a link.
    var isKernels: Bool { originator == .kernel }

    /// - Parameter indexes: what the indexes of links are here.
    func creation(_ indexes: [Int32: Int32]) throws(KernelError) -> Request {
        let what = "copy route \(destination.address)/\(destination.length)"
        guard encapsulation == nil, nextHopObject == nil || output != nil || !nextHops.isEmpty else {
            throw KernelError(what, .failed, detail: "it has a tunnel, or a next hop object")
        }
        let header: [UInt8] = [
            family.number, UInt8(clamping: destination.length), UInt8(clamping: source.length), typeOfService, 0,
            originator.rawValue, scope.rawValue, type.rawValue,
        ]
        // A gateway of the director's may be reachable in ways that are not copied.
        let flags = gateway == nil ? 0 : NextHop.Flags.onLink.rawValue
        var request = Request.route(
            what, type: UInt16(RTM_NEWROUTE), header: header + bytes(flags), flags: NLM_F_CREATE | NLM_F_ACK)
        request.append(RTA_TABLE.rawValue, host: table.rawValue)
        if destination.length > 0 { request.append(RTA_DST.rawValue, destination.address.networkBytes) }
        if source.length > 0 { request.append(RTA_SRC.rawValue, source.address.networkBytes) }
        if let preferredSource { request.append(RTA_PREFSRC.rawValue, preferredSource.networkBytes) }
        if let priority { request.append(RTA_PRIORITY.rawValue, host: priority) }
        // Of several next hops one is enough: no packet goes on from here.
        let output = (output ?? nextHops.first?.output).map { indexes[$0] ?? $0 }
        appendWay(gateway ?? nextHops.first?.gateway, output, to: &request)
        return request
    }

    private func appendWay(_ gateway: IPAddress?, _ output: Int32?, to request: inout Request) {
        if let output { request.append(RTA_OIF.rawValue, host: output) }
        guard let gateway else { return }
        if gateway.family == family { return request.append(RTA_GATEWAY.rawValue, gateway.networkBytes) }
        request.append(RTA_VIA.rawValue, bytes(UInt16(gateway.family.number)) + gateway.networkBytes)
    }
}

extension PolicyRule {
    var creation: Request {
        let header: [UInt8] = [
            family.number, UInt8(clamping: destination.length), UInt8(clamping: source.length), typeOfService, 0, 0, 0,
            action.rawValue,
        ]
        var request = Request.route(
            "copy policy rule \(priority)", type: UInt16(RTM_NEWRULE),
            header: header + bytes(flags.rawValue & Flags.inverted.rawValue),
            flags: NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK)
        request.append(attributes: attributes)
        return request
    }
}
