import Addresses
import CNetlink
import Netlink

/// The routes and policy rules of a network, prepared once for many lookups: there may be ten thousand routes, and as many to look up.
package struct RouteLookup: Sendable {
    /// Of each family, by priority.
    private let rules: [IPAddress.Family: [PolicyRule]]
    private var tables: [TableKey: Table] = [:]

    private struct TableKey: Hashable {
        let table: RoutingTable
        let family: IPAddress.Family
    }

    private struct Table {
        /// In the order of the kernel's list.
        var routes: [Prefix: [Route]] = [:]
        /// Those of the routes' prefixes, the longest first.
        var lengths: [Int] = []
    }

    package init(_ network: NetworkConfiguration) {
        rules = Dictionary(grouping: network.rules, by: \.family).mapValues { rules in
            rules.sorted { $0.priority < $1.priority }
        }
        for route in network.routes {
            tables[TableKey(table: route.table, family: route.family), default: Table()]
                .routes[route.destination.network, default: []].append(route)
        }
        for (key, table) in tables {
            tables[key]?.lengths = Set(table.routes.keys.map(\.length)).sorted(by: >)
        }
    }

    /// Looks a packet up as the kernel does it for its own: without mark, interface, protocol and ports.
    ///
    /// - Parameters:
    ///   - address: nil for one that nothing but a default route matches.
    ///   - source: nil if it is not chosen yet, as where IPVS looks up a real server (`do_output_route4`,
    ///     net/netfilter/ipvs/ip_vs_xmit.c).
    ///
    /// Source: net/core/fib_rules.c, `fib_rules_lookup` and `fib_rule_match`; net/ipv4/fib_rules.c, `fib4_rule_match`;
    /// net/ipv4/fib_trie.c, `fib_table_lookup`; net/ipv6/route.c, `fib6_table_lookup`.
    package func path(
        to address: IPAddress?, _ family: IPAddress.Family, from source: IPAddress? = nil
    ) -> RoutePath {
        // A kernel without policy rules has these two tables.
        guard let rules = rules[family] else {
            return lookUp(address, family, source, .local) ?? lookUp(address, family, source, .main) ?? RoutePath(.none)
        }
        for rule in rules {
            switch rule.answer(to: address, from: source) {
            case .unlike: continue
            case .unclear(let why): return RoutePath(.unknown(why))
            case .alike(let suppressed):
                switch rule.action {
                case .lookUp:
                    guard let path = lookUp(address, family, source, rule.table) else { continue }
                    if let length = path.prefixLength, length <= suppressed { continue }
                    return path
                case _ where PolicyRule.Action.refusing.contains(rule.action.rawValue):
                    return RoutePath(.refused("\(rule.action)"))
                default: continue
                }
            }
        }
        return RoutePath(.none)
    }

    /// Whether packets to an address are for this host: of all that matches in the local table, the longest prefix says so. Policy rules
    /// that come before the local table are not considered, nor are VRFs.
    package func isLocal(_ address: IPAddress) -> Bool {
        routes(to: address, address.family, in: .local).first?.first?.type == .local
    }

    /// - Returns: nil if the next rule is to be asked.
    private func lookUp(
        _ address: IPAddress?, _ family: IPAddress.Family, _ source: IPAddress?, _ table: RoutingTable
    ) -> RoutePath? {
        for routes in routes(to: address, family, in: table) {
            let usable = routes.filter { route in
                route.typeOfService == 0 && !route.isDead
                    && (route.source.length == 0 || source.map(route.source.contains) ?? false)
            }
            guard let best = usable.min(by: { $0.metric < $1.metric }) else { continue }
            return best.type == .throwing ? nil : best.path
        }
        return nil
    }

    /// The routes that match, by prefix, the longest first.
    private func routes(
        to address: IPAddress?, _ family: IPAddress.Family, in table: RoutingTable
    ) -> [[Route]] {
        guard let table = tables[TableKey(table: table, family: family)] else { return [] }
        return table.lengths.filter { address != nil || $0 == 0 }.compactMap { length in
            Prefix(address ?? family.unspecified, length: length).flatMap { table.routes[$0.network] }
        }
    }
}

extension IPAddress.Family {
    /// All zeros.
    fileprivate var unspecified: IPAddress { self == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0) }
}

extension Route {
    fileprivate var metric: UInt32 { priority ?? 0 }

    /// Packets are not sent by it.
    fileprivate var isDead: Bool {
        nextHops.isEmpty ? flags.contains(.dead) : nextHops.allSatisfy { $0.flags.contains(.dead) }
    }

    fileprivate var path: RoutePath {
        switch type {
        case .local: return RoutePath(.local, self, output: output)
        case .unicast: break
        case _ where RouteType.refusing.contains(type.rawValue): return RoutePath(.refused("\(type)"), self)
        default: return RoutePath(.unknown("the route to \(destination) is of type \(type)"), self)
        }
        if encapsulation != nil {
            return RoutePath(.unknown("the route to \(destination) puts packets into a tunnel"), self)
        }
        // Of several ways, one without a gateway says that it may be direct.
        let hops = nextHops.filter { !$0.flags.contains(.dead) }
        if let direct = hops.first(where: { $0.gateway == nil }) ?? hops.first {
            return RoutePath(direct.gateway.map(RoutePath.Way.gateway) ?? .onLink, self, output: direct.output)
        }
        guard let output else {
            return RoutePath(.unknown("the next hop of the route to \(destination) is not known"), self)
        }
        return RoutePath(gateway.map(RoutePath.Way.gateway) ?? .onLink, self, output: output)
    }
}

extension RouteType {
    /// The next rule is asked.
    fileprivate static let throwing = RouteType(rawValue: 9)
    /// `RTN_BLACKHOLE`, `RTN_UNREACHABLE`, `RTN_PROHIBIT`
    fileprivate static let refusing: Set<UInt8> = [6, 7, 8]
}

extension PolicyRule.Action {
    /// `FR_ACT_BLACKHOLE`, `FR_ACT_UNREACHABLE`, `FR_ACT_PROHIBIT`
    fileprivate static let refusing: Set<UInt8> = [6, 7, 8]
}

extension PolicyRule {
    fileprivate enum Answer {
        /// Routes whose prefix is not longer than this do not count; -1 for none.
        case alike(suppressed: Int)
        case unlike
        case unclear(String)
    }

    /// Whether it is for a packet of this host's own, without mark, protocol and ports, which no interface is chosen for.
    fileprivate func answer(to address: IPAddress?, from sender: IPAddress?) -> Answer {
        let isAddressed =
            (destination.length == 0 || address.map(destination.contains) ?? false)
            && (source.length == 0 || sender.map(source.contains) ?? false)
        // A packet that leaves has lo as its input (`ip_route_output_key_hash`).
        let isAlike =
            isAddressed && mark & markMask == 0 && (input == nil || input == "lo") && output == nil
            && typeOfService == 0
        let others = conditions
        // Those are of VRFs' interfaces.
        if others.isOfVRF { return .unlike }
        if flags.contains(.inverted) {
            return others.areUnknown
                ? .unclear("policy rule \(priority) has a condition that is not known")
                : isAlike ? .unlike : .alike(suppressed: others.suppressed)
        }
        guard isAlike else { return .unlike }
        return others.areUnknown
            ? .unclear("policy rule \(priority) has a condition that is not known")
            : .alike(suppressed: others.suppressed)
    }

    /// What the attributes say beyond what is decoded.
    private var conditions: (suppressed: Int, isOfVRF: Bool, areUnknown: Bool) {
        var (suppressed, isOfVRF, areUnknown) = (-1, false, action.rawValue == Self.jump)
        let bytes = attributes.span.bytes
        var cursor = AttributeCursor(0..<attributes.count)
        while let attribute = try? cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case FRA_SUPPRESS_PREFIXLEN:
                if let length = bytes.host(attribute) as UInt32?, length != .max { suppressed = Int(length) }
            case FRA_L3MDEV: isOfVRF = bytes.host(attribute) as UInt8? != 0
            case FRA_SUPPRESS_IFGROUP: areUnknown = areUnknown || bytes.host(attribute) as UInt32? != .max
            case FRA_UID_RANGE, FRA_TUN_ID, FRA_FLOW: areUnknown = true
            // No packet without a protocol or a port has one of these.
            case FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE: areUnknown = true
            default: break
            }
        }
        return (suppressed, isOfVRF, areUnknown)
    }

    /// `FR_ACT_GOTO`
    private static let jump: UInt8 = 2
}
