import Addresses
import Glibc
import Netlink
import Routing
import SystemPackage

/// A director's links, addresses, routes and policy rules in the network namespace of the calling thread: each link as an end of a veth
/// pair, with the director's name, and its index unless that is taken, whose other end is in another namespace.
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
    private static let mostLinks = 256
    /// The kernel's lists of these are searched from their beginning.
    private static let mostOfAKind = 2000

    /// Makes the links; `copyRest` makes the rest, after the settings that it depends on.
    ///
    /// - Parameters:
    ///   - kernel: asks the namespace of the calling thread, which is new.
    ///   - far: where the other ends go.
    init(
        of network: NetworkConfiguration, into kernel: any KernelSource, farEndsIn far: borrowing PrivateNamespace
    ) throws(KernelError) {
        self.kernel = kernel
        try kernel.order(Link.raising(index: 1, "the loopback interface", arp: true))
        let others = network.links.filter { !$0.flags.contains(.loopback) }
        // Modules of tunnels make one in each namespace (`net.core.fb_tunnels_only_for_init_net`), which takes an index.
        let tunnels = try Link.all(in: kernel)
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
        leaveOut("links", others.count, beyond: Self.mostLinks)
        for link in network.links where link.vrfTable != nil {
            missing.append(("VRF \(link.name)", KernelError("copy it", .failed, detail: "it is made a plain link")))
        }
    }

    /// Once the far ends are up, the kernel finds out by itself (net/core/link_watch.c); until then routes by a link are dead.
    func awaitCarrier(of network: NetworkConfiguration) throws(KernelError) {
        let up = network.links.filter { $0.flags.contains(.up) }
        let wanted = Set(up.map(\.name)).intersection(names.values)
        try wait(for: "the links", "their carrier did not come") { () throws(KernelError) in
            wanted.isSubset(of: try Link.all(in: kernel).filter { $0.flags.contains(.running) }.map(\.name))
        }
    }

    /// An IPv6 address becomes local a while after it was made (`addrconf_dad_work`, net/ipv6/addrconf.c).
    func awaitAddresses(of network: NetworkConfiguration) throws(KernelError) {
        let routes = RouteLookup(network)
        let wanted = network.addresses.filter { address in
            address.address.family == .ipv6 && address.address.isCopied && indexes[address.interface] != nil
                && routes.isLocal(address.address)
        }
        if wanted.isEmpty { return }
        try wait(for: "the IPv6 addresses", "they did not become local") { () throws(KernelError) in
            let here = RouteLookup(try NetworkConfiguration(reading: kernel))
            return wanted.allSatisfy { here.isLocal($0.address) }
        }
    }

    private func wait(
        for what: String, _ otherwise: String, until isReady: () throws(KernelError) -> Bool
    ) throws(KernelError) {
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline {
            if try isReady() { return }
            usleep(1000)
        }
        missing.append((what, KernelError("wait for them", .failed, detail: otherwise)))
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

    /// In the clients' namespace: the far end of a link.
    static func raiseFarEnd(of link: Int32, _ kernel: any KernelSource) throws(KernelError) {
        try kernel.order(Link.raising(index: farIndex(of: link), "the far end", arp: false))
    }

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
        let here = try Link.all(in: kernel)
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
        leaveOut("addresses", copied.count, beyond: Self.mostOfAKind)
    }

    private func leaveOut(_ what: String, _ count: Int, beyond most: Int) {
        guard count > most else { return }
        let why = KernelError("copy them", .failed, detail: "there are more than \(most)")
        missing.append(("\(count - most) \(what)", why))
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
        leaveOut("policy rules", network.rules.count, beyond: Self.mostOfAKind)
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
