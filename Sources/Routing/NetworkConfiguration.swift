import Addresses
import Netlink

/// What the packet's way through a network namespace depends on besides the packet filter: its links, addresses, policy rules, routes and
/// neighbours.
package struct NetworkConfiguration: Equatable, Sendable {
    package private(set) var links: [Link] = []
    package private(set) var addresses: [InterfaceAddress] = []
    /// In the order of the kernel's lists: by family, then priority.
    package private(set) var rules: [PolicyRule] = []
    /// Of the tables that a rule or a VRF names, and so packets are looked up in; IPv4's first, and of each family the local table first.
    package private(set) var routes: [Route] = []
    package private(set) var neighbours: [Neighbour] = []
    /// What is not complete.
    package private(set) var gaps: [Gap] = []

    package struct Gap: Equatable, Sendable {
        /// `the IPv4 routes of table main`
        package let what: String
        package let why: Cause

        package enum Cause: Equatable, Sendable {
            /// It changed during each of several attempts (`NLM_F_DUMP_INTR`), or answers were lost.
            case keptChanging
            /// Of it there are messages that could not be used.
            case unusable(UnusableMessages)
            /// There are more, and these are kept.
            case only(Int)
        }
    }

    /// How many routes of each family are kept, and how many neighbours: a router with the whole Internet's routes has a million.
    package static let most = 10_000
    private static let attempts = 5

    package init() {}

    /// Reads all of it. Blocks for milliseconds; needs no privilege. What the kernel lacks (IPv6, policy rules) is empty.
    ///
    /// Each list is of one moment, or in `gaps`; all of them together need not be. Reads no more than what is kept.
    ///
    /// Source: net/core/rtnetlink.c, `rtnl_dump_ifinfo`, `rtnl_dump_all`; net/core/fib_rules.c, `fib_nl_dumprule`;
    /// net/ipv4/fib_frontend.c, `inet_dump_fib`; net/ipv6/ip6_fib.c, `inet6_dump_fib`; net/core/neighbour.c, `neigh_dump_info`.
    package init(reading kernel: any KernelSource) throws(KernelError) {
        links = try list("the links", Link.listing, kernel) { (message, bytes) throws(DecodeError) -> Link? in
            try Link(message, in: bytes)
        }
        addresses = try list("the addresses", InterfaceAddress.listing, kernel, InterfaceAddress.init)
        rules = try list("the policy rules", PolicyRule.listing, kernel, PolicyRule.init)
        for family in [IPAddress.Family.ipv4, .ipv6] { try readRoutes(family, kernel) }
        neighbours = try list("the neighbours", Neighbour.listing, kernel, atMost: Self.most, Neighbour.init)
    }

    private mutating func readRoutes(_ family: IPAddress.Family, _ kernel: any KernelSource) throws(KernelError) {
        var left = Self.most
        for table in tables(family) {
            let what = "the \(family == .ipv4 ? "IPv4" : "IPv6") routes of table \(table)"
            let found = try list(what, Route.listing(table, family), kernel, atMost: left) {
                (message, bytes) throws(DecodeError) -> Route? in
                // Kernels that cannot choose send more than was asked for.
                guard let route = try Route(message, in: bytes), route.family == family, route.table == table else {
                    return nil
                }
                return route
            }
            routes += found
            left -= found.count
        }
    }

    /// In the order in which they are read: main is the largest, so the last.
    private func tables(_ family: IPAddress.Family) -> [RoutingTable] {
        let named = rules.filter { $0.family == family }.map(\.table) + links.compactMap(\.vrfTable)
        var seen: Set<RoutingTable> = [.local, .main, RoutingTable(rawValue: 0)]
        return [.local] + named.filter { seen.insert($0).inserted } + [.main]
    }

    /// - Parameter decode: returns nil for what does not belong to the list.
    private mutating func list<Value>(
        _ what: String, _ request: Request, _ kernel: any KernelSource, atMost most: Int = .max,
        _ decode: (Message, RawSpan) throws(DecodeError) -> Value?
    ) throws(KernelError) -> [Value] {
        var found: [Value] = []
        var isCut = false
        do throws(KernelError) {
            let answer = try Answer.repeating(Self.attempts) { () throws(KernelError) in
                found = []
                let answer = try kernel.ask(request, atMost: most) { message, bytes throws(DecodeError) in
                    if let value = try decode(message, bytes) { found.append(value) }
                }
                isCut = answer.isCut
                return answer
            }
            if answer.interrupted { gaps.append(Gap(what: what, why: .keptChanging)) }
            if let unusable = answer.unusable { gaps.append(Gap(what: what, why: .unusable(unusable))) }
        } catch {
            // No such family, or no such table: there is no route in it.
            guard error.cause == .absent || error.cause == .notFound else { throw error }
        }
        if isCut { gaps.append(Gap(what: what, why: .only(found.count))) }
        return found
    }
}

extension InterfaceAddress {
    /// Only the addresses. Blocks for a fraction of a millisecond; if they change meanwhile, some may be missing.
    package static func all(in kernel: any KernelSource) throws(KernelError) -> [InterfaceAddress] {
        var addresses: [InterfaceAddress] = []
        try kernel.askStrictly(listing) { message, bytes throws(DecodeError) in
            if let address = try InterfaceAddress(message, in: bytes) { addresses.append(address) }
        }
        return addresses
    }
}

extension Link {
    /// Only the links. Blocks for a fraction of a millisecond; if they change meanwhile, some may be missing.
    package static func all(in kernel: any KernelSource) throws(KernelError) -> [Link] {
        var links: [Link] = []
        try kernel.askStrictly(listing) { message, bytes throws(DecodeError) in
            links.append(try Link(message, in: bytes))
        }
        return links
    }
}

extension NetworkConfiguration {
    /// A network with one link, for everything: in place of one that is not known.
    package init(oneLink name: String, addresses: Set<IPAddress>) {
        // Low indexes may be taken in a new namespace, by tunnels of loaded modules.
        let index: Int32 = 1000
        links = [Link(index: index, name: name)]
        self.addresses = addresses.sorted().map { InterfaceAddress($0, interface: index) }
        routes = Set(addresses.map(\.family)).sorted().map { Route(defaultOf: $0, output: index) }
    }
}
