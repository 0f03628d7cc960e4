import Addresses
import CNetlink
import Glibc
import Netlink
import Routing
import SystemPackage

/// A director's links, addresses, routes and policy rules in the network namespace of the calling thread: each link as an end of a veth
/// pair, with the director's name and index, whose other end is in another namespace.
final class NetworkCopy {
    /// What was not copied, and why.
    private(set) var missing: [(what: String, why: KernelError)] = []
    /// Links that were made, by the director's index.
    private(set) var names: [Int32: String] = [:]
    /// What a link's index is here, by the director's.
    private var indexes: [Int32: Int32] = [1: 1]
    /// The director's indexes of links that have another one here.
    var changedIndexes: Set<Int32> { Set(indexes.filter { $0 != $1 }.keys) }

    private let kernel: any KernelSource

    /// With more, the rest is left out: making them takes milliseconds each.
    static let mostLinks = 256
    /// The kernel's lists of these are searched from their beginning.
    private static let mostOfAKind = 2000

    /// - Parameters:
    ///   - kernel: asks the namespace of the calling thread, which is new.
    ///   - far: where the other ends go, each with the index of its link.
    /// The links; `copyRest` makes the rest, after the settings that both depend on.
    init(
        of network: NetworkConfiguration, into kernel: any KernelSource, farEndsIn far: borrowing PrivateNamespace
    ) throws(KernelError) {
        self.kernel = kernel
        try kernel.order(Link.raising(index: 1, "the loopback interface", arp: true))
        let others = network.links.filter { !$0.flags.contains(.loopback) }
        // Modules of tunnels make one in each namespace (`net.core.fb_tunnels_only_for_init_net`), which takes an index.
        let tunnels = try NetworkConfiguration(reading: kernel).links
        for link in others.prefix(Self.mostLinks) {
            do throws(KernelError) {
                if let tunnel = tunnels.first(where: { $0.name == link.name }) {
                    try use(tunnel, for: link)
                } else {
                    try make(link, isIndexFree: !tunnels.contains { $0.index == link.index }, far.number)
                }
            } catch { missing.append(("link \(link.name)", error)) }
        }
        try noteIndexes(of: others)
        if others.count > Self.mostLinks {
            let why = KernelError("copy them", .failed, detail: "there are more than \(Self.mostLinks)")
            missing.append(("\(others.count - Self.mostLinks) links", why))
        }
        for link in network.links where link.vrfTable != nil {
            missing.append(("VRF \(link.name)", KernelError("copy it", .failed, detail: "it is made a plain link")))
        }
    }

    /// Once the far ends are up, the kernel finds out by itself (net/core/link_watch.c); until then routes by a link are dead.
    func awaitCarrier(of network: NetworkConfiguration) throws(KernelError) {
        let up = network.links.filter { $0.flags.contains(.up) }
        let wanted = Set(up.map(\.name)).intersection(names.values)
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline {
            let ready = try NetworkConfiguration(reading: kernel).links.filter { $0.flags.contains(.running) }
            if wanted.isSubset(of: ready.map(\.name)) { return }
            usleep(1000)
        }
        missing.append(("links", KernelError("wait for their carrier", .failed, detail: "it did not come")))
    }

    /// Addresses, routes and policy rules.
    func copyRest(of network: NetworkConfiguration) {
        copyAddresses(of: network)
        copyRoutes(of: network)
    }

    /// In the clients' namespace, beyond those that the kernel gives by itself.
    static func farIndex(of link: Int32) -> Int32 { link % (1 << 24) + (1 << 24) }

    /// Of the near end.
    static func linkAddress(of link: Int32) -> [UInt8] { [2, 1] + withUnsafeBytes(of: link.bigEndian, Array.init) }

    /// Nothing arrives by it.
    private func use(_ tunnel: Link, for link: Link) throws(KernelError) {
        guard link.flags.contains(.up) else { return }
        try kernel.order(Link.raising(index: tunnel.index, "link \(link.name)", arp: false))
    }

    private func make(_ link: Link, isIndexFree: Bool, _ far: CInt) throws(KernelError) {
        guard link.index > 1 else {
            throw KernelError("copy link \(link.name)", .failed, detail: "its index is \(link.index)")
        }
        try kernel.order(link.asPair(index: isIndexFree ? link.index : 0, farEndIn: far))
        names[link.index] = link.name
    }

    private func noteIndexes(of links: [Link]) throws(KernelError) {
        let here = try NetworkConfiguration(reading: kernel).links
        let byName = Dictionary(here.map { ($0.name, $0.index) }) { first, _ in first }
        for link in links { indexes[link.index] = byName[link.name] }
    }

    private func copyAddresses(of network: NetworkConfiguration) {
        let copied = network.addresses.filter { $0.address.isCopied && !$0.flags.contains(.duplicate) }
        for address in copied.prefix(Self.mostOfAKind) {
            guard let index = indexes[address.interface] else { continue }
            attempt("address \(address.address)") { () throws(KernelError) in
                try kernel.order(address.creation(on: index))
            }
        }
        leaveOut("addresses", copied.count)
    }

    private func leaveOut(_ what: String, _ count: Int) {
        guard count > Self.mostOfAKind else { return }
        let why = KernelError("copy them", .failed, detail: "there are more than \(Self.mostOfAKind)")
        missing.append(("\(count - Self.mostOfAKind) \(what)", why))
    }

    private func copyRoutes(of network: NetworkConfiguration) {
        // A gateway must be reachable already.
        let made = network.routes.filter { !$0.isKernels }
        for route in made.filter({ $0.gateway == nil }) + made.filter({ $0.gateway != nil }) {
            attempt("route \(route.destination.address)/\(route.destination.length)") { () throws(KernelError) in
                try kernel.order(try route.creation(indexes))
            }
        }
        for route in network.routes where route.isKernels && route.table != .local {
            // Where an address makes none (`noprefixroute`), a program may have made it in the kernel's name.
            if let creation = try? route.creation(indexes) { try? kernel.order(creation) }
        }
        leaveOut("policy rules", network.rules.count)
        for rule in network.rules.prefix(Self.mostOfAKind) {
            attempt("policy rule \(rule.priority)") { () throws(KernelError) in try kernel.order(rule.creation) }
        }
    }

    /// What exists already is as it should be.
    private func attempt(_ what: String, _ order: () throws(KernelError) -> Void) {
        do throws(KernelError) { try order() } catch {
            if error.errno != .fileExists { missing.append((what, error)) }
        }
    }
}

extension KernelSource {
    /// Sends what changes something and waits for the kernel's acknowledgement.
    fileprivate func order(_ request: Request) throws(KernelError) { try ask(request) { _, _ in } }
}

extension IPAddress {
    /// The kernel makes the others itself: loopback's, and those of the link.
    fileprivate var isCopied: Bool {
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
    fileprivate static func raising(index: Int32, _ what: String, arp: Bool) -> Request {
        let flags = Flags.up.rawValue | (arp ? 0 : Flags.noARP.rawValue)
        return .route(
            "set \(what) up", type: UInt16(RTM_NEWLINK), header: header(index, flags: flags), flags: NLM_F_ACK)
    }

    /// - Parameter chosen: its index; 0 for any.
    fileprivate func asPair(index chosen: Int32, farEndIn far: CInt) -> Request {
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

extension NetworkCopy {
    /// In the clients' namespace: the far end of a link.
    static func raiseFarEnd(of link: Int32, _ kernel: any KernelSource) throws(KernelError) {
        try kernel.order(Link.raising(index: farIndex(of: link), "the far end", arp: false))
    }
}

private func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }

extension InterfaceAddress {
    /// Without asking whether somebody else has it.
    fileprivate func creation(on index: Int32) -> Request {
        let number = UInt8(address.family == .ipv4 ? AF_INET : AF_INET6)
        var request = Request.route(
            "copy address \(address)", type: UInt16(RTM_NEWADDR),
            header: [number, prefixLength, 0, scope.rawValue] + bytes(index), flags: NLM_F_CREATE | NLM_F_ACK)
        request.append(IFA_LOCAL, address.networkBytes)
        request.append(IFA_ADDRESS, (peer ?? address).networkBytes)
        let kept = Flags.noPrefixRoute.rawValue | Flags.secondary.rawValue
        request.append(IFA_FLAGS, host: flags.rawValue & kept | UInt32(address.family == .ipv6 ? IFA_F_NODAD : 0))
        return request
    }
}

extension Route {
    /// Made by the kernel with an address or a link.
    fileprivate var isKernels: Bool { originator == .kernel }

    /// - Parameter indexes: what the indexes of links are here.
    fileprivate func creation(_ indexes: [Int32: Int32]) throws(KernelError) -> Request {
        let what = "copy route \(destination.address)/\(destination.length)"
        guard encapsulation == nil, nextHopObject == nil || output != nil || !nextHops.isEmpty else {
            throw KernelError(what, .failed, detail: "it has a tunnel, or a next hop object")
        }
        let number = UInt8(family == .ipv4 ? AF_INET : AF_INET6)
        let header: [UInt8] = [
            number, UInt8(clamping: destination.length), UInt8(clamping: source.length), typeOfService, 0,
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
        let number = UInt16(gateway.family == .ipv4 ? AF_INET : AF_INET6)
        request.append(RTA_VIA.rawValue, bytes(number) + gateway.networkBytes)
    }
}

extension PolicyRule {
    fileprivate var creation: Request {
        let number = UInt8(family == .ipv4 ? AF_INET : AF_INET6)
        let header: [UInt8] = [
            number, UInt8(clamping: destination.length), UInt8(clamping: source.length), typeOfService, 0, 0, 0,
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
