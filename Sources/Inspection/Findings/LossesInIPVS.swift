import Addresses
import Conntrack
import Firewall
import IPVS

/// Finds out what may have become of packets between the packet filter at LOCAL_IN and LOCAL_OUT.
struct LossesInIPVS {
    private let observed: Observed
    private let history: BalancerHistory
    private let observation: Observation

    init?(_ observed: Observed, in observation: Observation) {
        guard let history = observation.balancer, observed.subject.service != nil else { return nil }
        self.observed = observed
        self.history = history
        self.observation = observation
    }

    private var traffic: ObservedTraffic { observed.traffic }
    private var service: Service? { observed.subject.service }

    // MARK: Dropped

    /// - Parameter losses: those between the two points, by class; none where IPVS changes what it sends.
    func loss(_ losses: [PacketLoss]) -> LossInIPVS? {
        let total = traffic.total(at: .localInPassed).packets
        if losses.isEmpty {
            guard missing > 0 else { return nil }
            let part = LossInIPVS.Part(groups: [], packets: missing, causes: causes(of: .any))
            return LossInIPVS(lost: missing, total: total, parts: [part])
        }
        var parts: [LossInIPVS.Part] = []
        for loss in losses {
            let causes = causes(of: PacketRole(loss.packetClass))
            let group = PacketGroup(loss)
            if let same = parts.firstIndex(where: { $0.causes == causes }) {
                parts[same].groups.append(group)
                parts[same].packets &+= group.packets
            } else {
                parts.append(.init(groups: [group], packets: group.packets, causes: causes))
            }
        }
        return LossInIPVS(lost: losses.packets, total: total, parts: parts)
    }

    /// Of packets that leave as others (NAT, TUN) only their number can be compared: a lower bound, as packets of other services may leave for
    /// the same servers. A packet that NAT gives to this host itself is none of those delivered to the VIP.
    private var missing: UInt64 {
        // Where something was not counted, or is counted as another's, it may be what is missing: what goes to a server that is no destination
        // (any more), or also another service's; and what was in flight at the beginning of a part.
        guard traffic.taker == .unknown, traffic.mostLost == nil, observation.losses.isEmpty, let service,
            history.isConstant(service.identity), observed.most?.gone == 0, observed.sharedWith.isEmpty,
            !service.mayShareServers(with: observation.services)
        else { return 0 }
        let isCounted = service.destinations.allSatisfy { destination in
            // A family in which conntrack is not active is not counted.
            guard destination.endpoint.address.family == observed.subject.family else { return false }
            if destination.method == .nat { return history.isLocal(destination) == false }
            return [.dr, .tun, .local].contains(destination.method)
        }
        let (taken, sent) = (traffic.total(at: .localInPassed), traffic.total(at: .localOut))
        return isCounted ? taken.minus(traffic.total(at: .delivered)).minus(sent).packets : 0
    }

    private func causes(of role: PacketRole) -> [LossInIPVS.Cause] {
        let isSloppy = role == .following && history.mayBe(Sysctls.sloppyTCP) { $0 != 0 }
        let opens =
            role == .opening || role == .any || isSloppy
            || role == .error && history.mayBe(Sysctls.scheduleICMP) { $0 != 0 }
        let isInConnection = role != .error
        return (opens ? unopened : []) + (isInConnection ? lostConnection : []) + (opens ? reused(role) : [])
            + unsendable(role) + (history.mayRulesDropLater ? [.rule] : [])
    }

    /// It would open a connection.
    private var unopened: [LossInIPVS.Cause] {
        guard let service else { return [] }
        var causes: [LossInIPVS.Cause] = []
        // `ip_vs_leave` sends a packet of a service by mark to where it was meant for; but one of IPv4 to an address of this host not.
        let bypasses =
            service.isByMark && observed.subject.family == .ipv6 && !history.mayBe(Sysctls.cacheBypass) { $0 == 0 }
        // Overflow schedules nobody once each destination has as many connections as its weight says (`ip_vs_ovf_schedule`, ip_vs_ovf.c).
        if history.mayBeIdle(service.identity) || service.scheduler == "ovf", !bypasses {
            causes.append(.noDestination)
        }
        if history.mayMissDestination(service.identity), !bypasses { causes.append(.missedDestination) }
        if case .address(_, let endpoint) = service.identity, endpoint.port == 0, !service.flags.contains(.persistent) {
            causes.append(.portZero)
        }
        // 1: as long as memory suffices, it is off (`update_defense_level`, net/netfilter/ipvs/ip_vs_ctl.c).
        if history.mayBe(Sysctls.dropPacket, { $0 > 1 }) { causes.append(.defence) }
        return causes
    }

    /// It has a connection whose destination is gone, or that is forgotten.
    private var lostConnection: [LossInIPVS.Cause] {
        guard let service else { return [] }
        let gone = observed.most?.gone
        var causes: [LossInIPVS.Cause] = []
        if gone != 0 || !history.isConstant(service.identity) {
            if history.mayBe(Sysctls.expireNodest, { $0 == 0 }) { causes.append(.gone(gone)) }
        }
        let isOld = kernel.map { $0 < Self.forgetting } ?? true
        if mayHaveEntries || isOld, history.mayBe(Sysctls.expireNodest, { $0 != 0 }),
            gone != 0 || history.mayBeIdle(service.identity) || service.destinations.contains(where: { $0.weight == 0 })
        {
            causes.append(.forgotten(gone))
        }
        return causes
    }

    private func reused(_ role: PacketRole) -> [LossInIPVS.Cause] {
        guard role != .error, service?.identity.isUDP != true, mayHaveEntries,
            history.mayBe(Sysctls.connReuse, { $0 != 0 })
        else { return [] }
        return [.reused(observed.most?.ended)]
    }

    /// `ip_vs_conn_uses_old_conntrack` (include/net/ip_vs.h): without `net.ipv4.vs.conntrack` no packet has an entry to IPVS.
    private var mayHaveEntries: Bool { history.mayBe(Sysctls.ipvsConntrack) { $0 != 0 } }

    private var kernel: KernelVersion? { KernelVersion(release: observation.origin.kernelRelease) }

    /// Before, a packet whose destination is gone is dropped, whether it has an entry or not.
    private static let forgetting = KernelVersion(5, 9)

    /// Each way of not being sent has IPVS send an ICMP error, unless there are too many.
    private func unsendable(_ role: PacketRole) -> [LossInIPVS.Cause] {
        if role == .opening, let service, history.isIdle(service.identity), observed.connections["SYN_RECV"] == nil {
            return []
        }
        // An error is not answered by an error.
        guard role != .error, let outside = observation.outside else { return [.unsendable(errors: nil)] }
        let growth = OutsideCounter.errors(observed.subject.family).map { outside[$0] }
        guard !growth.contains(nil) else { return [.unsendable(errors: nil)] }
        let sent = growth.compactMap(\.self).reduce(0, &+)
        return sent == 0 ? [] : [.unsendable(errors: sent)]
    }

    // MARK: Not taken

    /// Of a service without a local destination nothing should get that far.
    var leftToHost: LeftToHost? {
        guard let service, !service.destinations.isEmpty,
            service.destinations.allSatisfy({ history.isLocal($0) == false })
        else { return nil }
        // Others may be for the host, as a ping to the address of a service by mark.
        let groups = traffic.cells.filter {
            $0.cell.point == .delivered && ![.icmpError, .udp, .other].contains($0.cell.packetClass)
        }
        guard !groups.isEmpty else { return nil }
        let sloppy = service.identity.isSCTP ? Sysctls.sloppySCTP : Sysctls.sloppyTCP
        let active =
            [Sysctls.dropEntry, Sysctls.secureTCP].filter { history.value($0) ?? 0 > 1 }
            + [Sysctls.backupOnly].filter { history.value($0) ?? 0 != 0 }
        return LeftToHost(
            groups: groups.map(PacketGroup.init), total: traffic.total(at: .localInPassed).packets,
            settings: active.map { .init($0, history.value($0) ?? 0) }, isStrict: history.value(sloppy).map { $0 == 0 })
    }
}

extension Service.Identity {
    fileprivate var isUDP: Bool { if case .address(.udp, _) = self { true } else { false } }
    fileprivate var isSCTP: Bool { if case .address(.sctp, _) = self { true } else { false } }
}
