import Addresses
import IPVS
import Inspection
import Netlink
import Routing

extension NetworkFacts {
    /// Looks up what the checks of these services ask.
    ///
    /// - Parameters:
    ///   - network: what the lookups are made in.
    ///   - settings: those of the interfaces.
    package init(_ network: NetworkConfiguration, _ settings: Sysctls, for services: [Service]) {
        self.init()
        let lookup = NetworkLookup(network)
        for link in network.links { interfaces[link.name] = Interface(link, settings) }
        for service in services {
            if case .address(_, let endpoint) = service.identity, virtual[endpoint.address] == nil {
                virtual[endpoint.address] = lookup.virtualAddress(endpoint.address)
            }
            for destination in service.destinations where paths[destination.endpoint.address] == nil {
                paths[destination.endpoint.address] = lookup.path(to: destination.endpoint.address)
            }
        }
    }

    /// What is not known of it.
    fileprivate var doubt: String? {
        for path in paths.values { if case .unknown(let why) = path.way { return why } }
        return nil
    }
}

extension Fact<NetworkFacts> {
    /// The network, as far as it was read completely: with a part of the routes a lookup would be wrong.
    static func reading(_ surroundings: Surroundings, for services: [Service], _ source: any KernelSource) -> Self {
        guard let network = surroundings.network else {
            return .unreadable(surroundings.losses.first?.why ?? "it could not be read")
        }
        if let gap = network.gaps.first { return .unreadable("\(gap.what): \(gap.words)") }
        var facts = NetworkFacts(network, surroundings.sysctls, for: services)
        facts.speaksVRRP = source.speaksVRRP
        // Of an interface whose settings were not read nothing could be said.
        let unread = surroundings.losses.first { $0.what.hasPrefix("net.ipv4.conf") }
        let doubt = unread.map { "\($0.what): \($0.why)" } ?? facts.doubt
        return doubt.map { .incomplete(facts, $0) } ?? .known(facts)
    }
}

extension Fact<NetworkFacts> {
    /// Where packets for the destinations go, and who is there: links, addresses, rules, routes and neighbours without the settings that
    /// checks need. Blocks for milliseconds.
    static func paths(reading kernel: any KernelSource, for services: [Service]) -> Self {
        do throws(KernelError) {
            let network = try NetworkConfiguration(reading: kernel)
            if let gap = network.gaps.first { return .unreadable("\(gap.what): \(gap.words)") }
            let facts = NetworkFacts(network, Sysctls(), for: services)
            return facts.doubt.map { .incomplete(facts, $0) } ?? .known(facts)
        } catch { return .unreadable(error.description) }
    }
}

extension KernelSource {
    /// As root's raw sockets show; nil if those are not known.
    fileprivate var speaksVRRP: Bool? {
        var isKnown = false
        for file in ["proc/net/raw", "proc/net/raw6"] {
            guard let text = try? text(of: KernelFile(file)) else { continue }
            isKnown = true
            // A line begins with a number and the local address, whose port is the protocol (net/ipv4/raw.c, raw_sock_seq_show).
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                if fields.count > 1, fields[1].hasSuffix(":0070") { return true }
            }
        }
        return isKnown ? false : nil
    }
}

/// A network, prepared once for what is asked of each address.
private struct NetworkLookup {
    private let network: NetworkConfiguration
    private let routes: RouteLookup
    /// In tables of somebody's own. One for all addresses is TPROXY's, which only marked packets use.
    private let otherLocalRoutes: [Routing.Route]
    private let links: [Int32: Link]
    private let neighbours: [IPAddress: [Neighbour]]

    init(_ network: NetworkConfiguration) {
        self.network = network
        routes = RouteLookup(network)
        otherLocalRoutes = network.routes.filter {
            $0.type == .local && $0.destination.length > 0 && $0.table != .local
        }
        links = Dictionary(network.links.map { ($0.index, $0) }) { first, _ in first }
        neighbours = Dictionary(grouping: network.neighbours, by: \.address)
    }

    private func name(_ link: Int32) -> String? { links[link]?.name }

    func virtualAddress(_ address: IPAddress) -> NetworkFacts.VirtualAddress {
        let holding = network.addresses.filter { $0.address == address }.map(\.interface)
        let around = network.addresses.filter { other in
            other.address != address && Int(other.prefixLength) < address.bitWidth && !holding.contains(other.interface)
                && Prefix(other.peer ?? other.address, length: Int(other.prefixLength))?.contains(address) ?? false
        }.map(\.interface)
        let path = routes.path(to: nil, address.family, from: address)
        return .init(
            isLocal: routes.isLocal(address) || otherLocalRoutes.contains { $0.destination.contains(address) },
            holders: holding.compactMap(name), links: Set(around).compactMap(name).sorted(),
            defaultOutput: path.output.flatMap(name))
    }

    func path(to address: IPAddress) -> NetworkFacts.Path {
        let path = routes.path(to: address, address.family)
        var next = address
        let way: NetworkFacts.Way
        switch path.way {
        case .local: way = .local
        case .onLink: way = .onLink
        case .gateway(let gateway):
            way = .gateway(gateway, byDefault: path.prefixLength == 0)
            next = gateway
        case .none: way = .none
        case .refused(let type): way = .refused(type)
        case .unknown(let why): way = .unknown(why)
        }
        let neighbour = neighbours[next]?.first { $0.interface == path.output }
        return .init(
            way, interface: path.output.flatMap(name), mtu: path.mtu ?? path.output.flatMap { links[$0]?.mtu },
            neighbour: neighbour.map {
                .init(hasFailed: $0.state == .failed, seconds: $0.age.map { $0 / 100 }, state: "\($0.state)")
            }, down: downLink(on: path, to: address))
    }

    /// A route over a link goes with it when it is set down, and stays when it loses its carrier (`fib_sync_down_dev`,
    /// net/ipv4/fib_semantics.c), while the addresses stay.
    private func downLink(on path: RoutePath, to address: IPAddress) -> NetworkFacts.DownLink? {
        if let link = path.output.flatMap({ links[$0] }), link.isDown { return .init(link) }
        switch path.way {
        case .local, .onLink: return nil
        case .gateway, .none, .refused, .unknown: break
        }
        let around = network.addresses.filter {
            Prefix($0.peer ?? $0.address, length: Int($0.prefixLength))?.contains(address) ?? false
        }
        return around.compactMap { links[$0.interface] }.first { $0.isDown }.map { .init($0) }
    }
}

extension Link {
    /// `IFF_RUNNING`: it is up, and its operational state is up or unknown (`dev_get_flags`, net/core/dev.c).
    fileprivate var isDown: Bool { !flags.isSuperset(of: [.up, .running]) }
}

extension NetworkFacts.DownLink {
    fileprivate init(_ link: Link) { self.init(link.name, isUp: link.flags.contains(.up)) }
}

extension NetworkFacts.Interface {
    fileprivate init(_ link: Link, _ settings: Sysctls) {
        func values(_ setting: String) -> [Int] {
            ["all", link.name.inSettingName].compactMap { settings.number("net.ipv4.conf.\($0).\(setting)") }
        }
        self.init(
            usesARP: link.flags.isDisjoint(with: [.loopback, .noARP]),
            // `IN_DEV_MAXCONF`, `IN_DEV_ORCONF`
            reversePath: values("rp_filter").max() ?? 0, arpIgnore: values("arp_ignore").max() ?? 0,
            sendsRedirects: values("send_redirects").contains { $0 != 0 }, mtu: link.mtu)
        arpAnnounce = values("arp_announce").max() ?? 0
    }
}

extension HostCounters {
    /// Reads them from /proc.
    static func reading(_ source: any KernelSource) -> Fact<HostCounters> {
        var values: [String: UInt64] = [:]
        for file in ["proc/net/snmp", "proc/net/netstat"] {
            do throws(KernelError) { values.merge(Self.parse(try source.text(of: KernelFile(file)))) { $1 } } catch {
                return error.cause == .absent ? .absent("this kernel has no /\(file)") : .unreadable(error.description)
            }
        }
        // Nor has a kernel without IPv6 these, or a capture of an earlier version.
        if let text = try? source.text(of: KernelFile("proc/net/snmp6")) {
            values.merge(Self.parse6(text)) { $1 }
        }
        return .known(HostCounters(values))
    }

    /// A line for each: `Ip6FragFails 0` (net/ipv6/proc.c, `snmp6_seq_show`). Those that the kernel counts by ICMP type alone are left out.
    static func parse6(_ text: String) -> [String: UInt64] {
        var values: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard fields.count == 2, let group = ["Icmp6", "Ip6"].first(where: fields[0].hasPrefix),
                let number = UInt64(fields[1])
            else { continue }
            values["\(group).\(fields[0].dropFirst(group.count))"] = number
        }
        return values
    }

    /// Two lines for each group: its names, its values (net/ipv4/proc.c, `snmp_seq_show`, `netstat_seq_show`).
    static func parse(_ text: String) -> [String: UInt64] {
        var values: [String: UInt64] = [:]
        let lines = text.split(separator: "\n")
        for (names, numbers) in zip(lines, lines.dropFirst()) {
            let (names, numbers) = (names.split(separator: " "), numbers.split(separator: " "))
            guard let group = names.first, group == numbers.first, names.count == numbers.count else { continue }
            for (name, number) in zip(names, numbers).dropFirst() {
                if let number = UInt64(number) { values["\(group.dropLast()).\(name)"] = number }
            }
        }
        return values
    }
}
