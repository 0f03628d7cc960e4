import Addresses
import IPVS

/// What the network around the director does to packets on their way to it, and to the real servers.
extension Check {
    static let networkChecks = [
        // `ip_vs_ops4` and `ip_vs_ops6` (net/netfilter/ipvs/ip_vs_core.c) take packets of clients at LOCAL_IN.
        Check(
            .vipMissing, .error, "a VIP that this host does not have, so that IPVS gets no packet for it",
            needs: [.configuration, .network], concerns: \.hasAddress
        ) { facts in
            let virtual = facts.networkValue.virtual
            let here = virtual.values.count(where: \.isLocal)
            return virtual.filter { !$0.value.isLocal }.keys.sorted().map { address in
                let services = facts.services(at: address)
                // A standby director has none of them; one of two active ones has some.
                let isAlone = here > 0 && facts.isWithoutPartner
                return Finding(
                    .vipMissing, isAlone ? .error : .info, facts.subject(address, services),
                    [
                        .init("services", services.count), .init("vips_here", here), .init("vips", virtual.count),
                        .init("sync_daemons", facts.daemonCount),
                        .init("vrrp", facts.networkValue.speaksVRRP == true ? 1 : 0),
                    ], context: .named(.init(services: services, addresses: [address])),
                    isAlone ? [.giveAddress(address, interface: nil)] : [])
            }
        },
        // `arp_process` asks `arp_ignore` (net/ipv4/arp.c), which from 1 on wants the address on the interface that the question came by.
        Check(
            .arpDirector, .error, "a VIP on an interface without ARP, for which no other interface answers",
            needs: [.configuration, .network], concerns: { $0.hasAddress && $0.identity.family == .ipv4 }
        ) { facts in
            let (network, isAlone) = (facts.networkValue, facts.isWithoutPartner)
            return network.virtual.sorted { $0.key < $1.key }.compactMap { address, place in
                guard address.family == .ipv4, place.isLocal, !place.holders.contains(where: network.usesARP) else {
                    return nil
                }
                let links = place.links.filter(network.usesARP)
                let silent = links.filter { network.interfaces[$0]?.ignoresARPForOthers ?? false }
                guard let interface = silent.first, silent.count == links.count else { return nil }
                let services = facts.services(at: address)
                return Finding(
                    .arpDirector, isAlone ? .error : .info, facts.subject(address, services),
                    [
                        .init("arp_ignore", network.interfaces[interface]?.arpIgnore ?? 0),
                        .init("services", services.count),
                    ],
                    context: .named(.init(addresses: [address], interfaces: [interface])),
                    isAlone ? [.giveAddress(address, interface: interface)] : [])
            }
        },
        reversePathCheck,
        // `ip_vs_dr_xmit` (ip_vs_xmit.c) leaves the VIP as destination; what a gateway gets, it routes to the VIP.
        Check(
            .notOnLink, .error, "a DR destination behind a gateway, which sends the packets back",
            needs: [.network], concerns: { $0.hasMethod(\.isDirect) }
        ) { facts in
            [true, false].compactMap { byDefault in
                var gateways: Set<IPAddress> = []
                let found = facts.destinations { destination, path in
                    guard destination.method.isDirect, case .gateway(let gateway, byDefault) = path.way else {
                        return false
                    }
                    gateways.insert(gateway)
                    return true
                }
                // A route of its own may go by another address of the real server.
                return facts.finding(
                    .notOnLink, byDefault ? .error : .warning, found, [.init("by_default_route", byDefault ? 1 : 0)],
                    others: gateways.sorted(), [.reachDirectly(found.addresses)])
            }
        },
        // `__ip_vs_get_out_rt` (ip_vs_xmit.c) finds no route, and answers with an ICMP error.
        Check(
            .unroutable, .error, "a destination to which there is no route",
            needs: [.network], concerns: { !$0.destinations.isEmpty }
        ) { facts in
            let found = facts.destinations { _, path in path.way == .none || path.way.isRefusal }
            return [facts.finding(.unroutable, .error, found, [], [.addRoute(found.addresses)])].compactMap(\.self)
        },
        neighbourCheck,
        redirectCheck,
        // `ensure_mtu_is_adequate` (ip_vs_xmit.c)
        Check(
            .tunnelMTU, .info, "TUN destinations to which clients' largest packets do not fit",
            needs: [.network], concerns: { $0.hasMethod { $0 == .tun } }
        ) { facts in
            var smallest = UInt32.max
            let found = facts.destinations { destination, path in
                guard destination.method == .tun, path.way != .local, let mtu = path.mtu else { return false }
                let rest = mtu - min(mtu, destination.endpoint.address.family == .ipv4 ? 20 : 40)
                guard rest < ethernetMTU else { return false }
                smallest = min(smallest, rest)
                return true
            }
            return [facts.finding(.tunnelMTU, .info, found, [.init("largest_packet", smallest)], [])].compactMap(\.self)
        },
    ]

    /// What clients send at most, mostly.
    private static let ethernetMTU: UInt32 = 1500

    /// `neigh_event_send` (include/net/neighbour.h) drops the packet while the next host does not answer.
    private static let neighbourCheck = Check(
        .neighbourFailed, .error, "a destination that does not answer ARP or neighbour discovery",
        needs: [.network], concerns: { !$0.destinations.isEmpty }
    ) { facts in
        [true, false].compactMap { isRecent in
            var latest = UInt32.max
            let found = facts.destinations { _, path in
                guard let neighbour = path.neighbour, neighbour.hasFailed else { return false }
                let seconds = neighbour.seconds ?? .max
                guard (seconds <= recently) == isRecent else { return false }
                latest = min(latest, seconds)
                return true
            }
            // Nothing was sent since, or it would be asked again.
            return facts.finding(
                .neighbourFailed, isRecent ? .error : .warning, found,
                latest == .max ? [] : [.init("seconds_ago", latest)], [.awaken(found.addresses)])
        }
    }

    /// Seconds, in which a health checker or a client has asked.
    private static let recently: UInt32 = 60

    /// `__mkroute_input` (net/ipv4/route.c) marks what leaves by the interface it came by, and `ip_forward` (ip_forward.c) then tells the
    /// sender to go to the next host directly, past the director.
    private static let redirectCheck = Check(
        .sendRedirects, .warning, "ICMP redirects that lead NAT real servers past the director",
        needs: [.network], concerns: { $0.hasMethod { $0 == .nat } }
    ) { facts in
        let network = facts.networkValue
        var interfaces: Set<String> = []
        let found = facts.destinations { destination, path in
            guard destination.method == .nat, path.way == .onLink, destination.endpoint.address.family == .ipv4,
                let name = path.interface, network.interfaces[name]?.sendsRedirects ?? false,
                network.virtual.values.contains(where: { $0.answers(leaveBy: name) })
            else { return false }
            interfaces.insert(name)
            return true
        }
        let settings = (["all"] + interfaces.sorted()).map {
            Remedy.Setting("net.ipv4.conf.\($0.inSettingName).send_redirects", 0)
        }
        return [
            facts.finding(
                .sendRedirects, .warning, found, [.init("interfaces", interfaces.count)],
                interfaces: interfaces.sorted(), [.set(settings)])
        ].compactMap(\.self)
    }

    /// `__fib_validate_source` (net/ipv4/fib_frontend.c): in strict mode a packet must come by the interface by which its answer would leave.
    private static let reversePathCheck = Check(
        .reversePath, .error, "packets of clients that rp_filter drops",
        needs: [.network, .hostCounters], concerns: { $0.identity.family == .ipv4 }
    ) { facts in
        let network = facts.networkValue
        let strict = network.interfaces.filter { $0.value.reversePath == 1 && $0.value.usesARP }
        let total = facts.counters.value?.values[HostCounters.reversePath] ?? 0
        if !strict.isEmpty, let growth = facts.growth(of: HostCounters.reversePath), growth > 0 {
            let received = facts.growth(of: HostCounters.received) ?? 0
            let names = strict.keys.sorted()
            // Some are always there where anybody can send: that is what it is for.
            return [
                Finding(
                    .reversePath, growth * 100 >= received ? .error : .warning, .director,
                    [.init("dropped", growth), .init("received", received), .init("seconds", facts.windowSeconds)],
                    context: .named(.init(interfaces: names)), [.set(names.map(loose))])
            ]
        }
        return network.virtual.sorted { $0.key < $1.key }.compactMap { address, place in
            guard address.family == .ipv4, let output = place.defaultOutput, !place.holders.contains(output),
                let interface = place.holders.first(where: strict.keys.contains)
            else { return nil }
            return Finding(
                .reversePath, total > 0 ? .warning : .info, facts.subject(address, facts.services(at: address)),
                [.init("rp_filter", 1), .init("dropped_since_boot", total)],
                context: .named(.init(addresses: [address], interfaces: [interface, output])),
                [.set([loose(interface)])])
        }
    }

    private static func loose(_ interface: String) -> Remedy.Setting {
        .init("net.ipv4.conf.\(interface.inSettingName).rp_filter", 2)
    }
}

extension ForwardingMethod {
    fileprivate var isDirect: Bool { self == .dr }
}

extension NetworkFacts.Way {
    fileprivate var isRefusal: Bool { if case .refused = self { true } else { false } }
}

extension NetworkFacts {
    fileprivate func usesARP(_ interface: String) -> Bool { interfaces[interface]?.usesARP ?? false }
}

extension NetworkFacts.VirtualAddress {
    /// Most of them: those to the rest of the world, or without a route there, to the link that it is on.
    fileprivate func answers(leaveBy interface: String) -> Bool {
        defaultOutput.map { $0 == interface } ?? holders.contains(interface)
    }
}

extension NetworkFacts.Interface {
    /// 1 and 2 for addresses of other interfaces, 8 for all. (3 is about addresses of scope host.)
    fileprivate var ignoresARPForOthers: Bool { [1, 2, 8].contains(arpIgnore) }
}
