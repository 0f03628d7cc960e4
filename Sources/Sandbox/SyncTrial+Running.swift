import Addresses
import Inspection
import Netlink
import Packets
import Routing

extension TrialRunner {
    /// What becomes of a message to each group, as another director on that link sends it, or the daemon here.
    func trial(of groups: [SyncGroup]) throws(KernelError) -> [SyncTrial] {
        var trials: [SyncTrial] = []
        // Of a port that is open, tried first at the next.
        var partner: IPAddress?
        for group in groups {
            // One closed port of a daemon is enough.
            let isKnown = trials.contains { $0.group.isOfSameDaemon(as: group) && $0.outcome.droppingRule != nil }
            if isKnown { continue }
            let outcome = group.isSender ? try sent(to: group) : try heard(from: group, &partner)
            trials.append(SyncTrial(group, outcome))
        }
        return trials
    }

    private func link(of group: SyncGroup) -> Int32? {
        sandbox.links.first { $0.value == group.interface }?.key
    }

    private func heard(from group: SyncGroup, _ partner: inout IPAddress?) throws(KernelError) -> ProbeOutcome {
        guard let link = link(of: group),
            case let sources = sandbox.network.partners(on: link, for: group.endpoint.address)
                .filter({ !sandbox.routes.isLocal($0) }), !sources.isEmpty
        else { return .unknown(group.lacksNetwork) }
        let member: GroupMember
        do throws(KernelError) { member = try GroupMember(of: group) } catch { return .unknown(error.description) }
        defer { withExtendedLifetime(member) {} }
        var worst: ProbeOutcome?
        // Rules may let in the one partner only; routing lets in no source that cannot be one.
        let first = partner.map { sources.contains($0) ? [$0] : [] } ?? []
        for source in first + sources where !isStopped() {
            let packet = PacketBytes.udp(from: Endpoint(source, Self.syncPort), to: group.endpoint)
            let outcome = try sandbox.outcome(of: packet, by: link)
            if outcome.hasPassed {
                partner = source
                return outcome
            }
            if worst?.droppingRule == nil { worst = outcome }
        }
        guard let worst, !isStopped() else { return .unknown("the trial was interrupted") }
        if worst.droppingRule != nil, mayLackPartners(of: group, on: link) {
            return .unknown(
                "\(group.interface) has a large network, and the partner may have an address that was not tried")
        }
        return worst
    }

    /// Whether another address could have passed.
    private func mayLackPartners(of group: SyncGroup, on link: Int32) -> Bool {
        switch group.endpoint.address.family {
        case .ipv4: sandbox.network.hasLargeIPv4Network(on: link)
        case .ipv6: sandbox.namesIPv6Hosts
        }
    }

    /// The daemon's socket is the kernel's, so that it has no user (`make_send_sock`, net/netfilter/ipvs/ip_vs_sync.c).
    private func sent(to group: SyncGroup) throws(KernelError) -> ProbeOutcome {
        guard let link = link(of: group),
            case let sources = sandbox.network.senders(on: link, for: group.endpoint.address), !sources.isEmpty
        else { return .unknown(group.lacksNetwork) }
        if sandbox.asksForSenders {
            return .unknown(
                "rules ask which program sends a packet, and the kernel sends the messages to \(group.endpoint)")
        }
        var outcomes: [ProbeOutcome] = []
        for source in sources where !isStopped() {
            let packet = PacketBytes.udp(from: Endpoint(source, Self.syncPort), to: group.endpoint, hopLimit: 1)
            outcomes.append(try sandbox.outcome(of: packet, from: .multicast(to: group.endpoint.address, by: link)))
        }
        guard let first = outcomes.first, outcomes.count == sources.count else {
            return .unknown("the trial was interrupted")
        }
        return outcomes.allSatisfy { $0.end == first.end }
            ? first
            : .unknown(
                "whether messages to \(group.endpoint) leave depends on which of its addresses \(group.interface) sends from"
            )
    }

    private static let syncPort: UInt16 = 40_000
}

extension SyncGroup {
    fileprivate var lacksNetwork: String {
        "\(interface), where a sync daemon \(isSender ? "sends" : "listens"), has no \(endpoint.address.family == .ipv4 ? "IPv4" : "IPv6") network "
            + "here"
    }
}

extension NetworkConfiguration {
    /// Where another director may be: the hosts that are known on a link, and those that have the first 24 bits in common with an address here;
    /// of IPv6 one in each network.
    fileprivate func partners(on link: Int32, for group: IPAddress) -> [IPAddress] {
        let here =
            group.family == .ipv4
            ? addresses.filter { $0.interface == link && $0.address.family == .ipv4 }
            : ownAddresses(on: link, for: group)
        // Groups are among neighbours, and none sends.
        let known = neighbours.filter { $0.interface == link && $0.address.family == group.family }.map(\.address)
            .filter { !$0.isMulticast && (group.family == .ipv4 || here.hasLinkLocal == $0.isLinkLocal) }
        let around = here.flatMap { here -> [IPAddress] in
            guard group.family == .ipv4 else { return [here.address.neighbour] }
            guard here.prefixLength < 31, let prefix = Prefix(here.address, length: Int(here.prefixLength)) else {
                return []
            }
            let block = UInt32(truncatingIfNeeded: here.address.low) & 0xFFFF_FF00
            return (1...254).map { IPAddress(ipv4: block | $0) }
                .filter { prefix.contains($0) && $0 != prefix.address }
        }
        var seen: Set<IPAddress> = []
        return (known.prefix(Self.mostKnown) + around).filter { seen.insert($0).inserted }
    }

    private static let mostKnown = 256

    /// What a daemon here may send from. In IPv4 it is bound to the first address of the interface (`bind_mcastif_addr`, ip_vs_sync.c;
    /// `inet_select_addr`, net/ipv4/devinet.c).
    fileprivate func senders(on link: Int32, for group: IPAddress) -> [IPAddress] {
        let here = ownAddresses(on: link, for: group).map(\.address)
        return group.family == .ipv4 ? Array(here.prefix(1)) : here
    }

    /// Those of an interface that its messages to a group come from. In IPv6 the scope decides (`ipv6_get_saddr_eval`, net/ipv6/addrconf.c): it
    /// is that of the group, or else the next one.
    private func ownAddresses(on link: Int32, for group: IPAddress) -> [InterfaceAddress] {
        let here = addresses.filter { $0.interface == link && $0.address.family == group.family }
        if group.family == .ipv4 { return here.filter { $0.scope == .global && !$0.flags.contains(.secondary) } }
        let isNear = group.isMulticastOfLink
        let preferred = here.filter { $0.address.isLinkLocal == isNear }
        return preferred.isEmpty ? here : preferred
    }

    /// Whether a partner may have another address than those that are tried.
    fileprivate func hasLargeIPv4Network(on link: Int32) -> Bool {
        addresses.contains { $0.interface == link && $0.address.family == .ipv4 && $0.prefixLength < 24 }
    }
}

extension [InterfaceAddress] {
    fileprivate var hasLinkLocal: Bool { contains { $0.address.isLinkLocal } }
}

extension IPAddress {
    fileprivate var isLinkLocal: Bool { family == .ipv6 && high >> 54 == 0xFE80 >> 6 }

    fileprivate var isMulticast: Bool { family == .ipv4 ? low >> 28 == 0xE : high >> 56 == 0xFF }

    /// Of IPv6, with a scope of no more than the link (RFC 4291).
    fileprivate var isMulticastOfLink: Bool { high >> 48 & 0xF <= 2 }

    /// Another one in the same network.
    fileprivate var neighbour: IPAddress { IPAddress(ipv6High: high, low: low ^ 0x4D4D) }
}

extension ProbeOutcome {
    fileprivate static func unknown(_ why: String) -> ProbeOutcome {
        var outcome = ProbeOutcome()
        outcome.end = .unknown(why)
        return outcome
    }
}
