import Addresses
import Glibc
import Inspection
import Netlink
import Packets
import Routing
import SystemPackage

/// A member of a multicast group, as a sync daemon is (`join_mcast_group`, net/netfilter/ipvs/ip_vs_sync.c): without one the kernel drops
/// what comes for the group before any rule at LOCAL_IN sees it (`ip_check_mc_rcu`, net/ipv4/igmp.c).
private final class GroupMember {
    private let descriptor: FileDescriptor

    /// In the network namespace of the calling thread.
    ///
    /// - Parameter group: of IPv4.
    init(of group: SyncGroup) throws(KernelError) {
        let purpose = "join the multicast group \(group.endpoint.address) in the sandbox"
        let number = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw KernelError(purpose, Errno(rawValue: errno)) }
        descriptor = FileDescriptor(rawValue: number)
        var request = ip_mreqn()
        request.imr_multiaddr.s_addr = UInt32(truncatingIfNeeded: group.endpoint.address.low).bigEndian
        request.imr_ifindex = CInt(bitPattern: if_nametoindex(group.interface))
        guard
            setsockopt(
                number, CInt(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, socklen_t(MemoryLayout<ip_mreqn>.size)) == 0
        else { throw KernelError(purpose, Errno(rawValue: errno)) }
    }

    deinit { try? descriptor.close() }
}

extension TrialRunner {
    /// What becomes of a message to each group, as another director on that link sends it.
    func trial(of groups: [SyncGroup]) throws(KernelError) -> [SyncTrial] {
        var trials: [SyncTrial] = []
        // Of a port that is open, tried first at the next.
        var partner: IPAddress?
        for group in groups {
            // One closed port of a daemon is enough.
            let isKnown = trials.contains { $0.group.isOfSameDaemon(as: group) && $0.outcome.droppingRule != nil }
            if !isKnown { trials.append(SyncTrial(group, try outcome(of: group, &partner))) }
        }
        return trials
    }

    private func outcome(of group: SyncGroup, _ partner: inout IPAddress?) throws(KernelError) -> ProbeOutcome {
        guard group.endpoint.address.family == .ipv4 else { return .unknown("messages over IPv6 are not tried") }
        guard let link = sandbox.links.first(where: { $0.value == group.interface })?.key,
            case let sources = sandbox.network.partners(on: link).filter({ !sandbox.routes.isLocal($0) }),
            !sources.isEmpty
        else { return .unknown("\(group.interface), where a sync daemon listens, has no IPv4 network here") }
        let member: GroupMember
        do throws(KernelError) { member = try GroupMember(of: group) } catch { return .unknown(error.description) }
        defer { withExtendedLifetime(member) {} }
        var worst: ProbeOutcome?
        // Rules may let in the one partner only; routing lets in no source that cannot be one.
        let first = partner.map { sources.contains($0) ? [$0] : [] } ?? []
        for source in first + sources where !isStopped() {
            let packet = PacketBytes.udp(from: Endpoint(source, 40_000), to: group.endpoint)
            let outcome = try sandbox.outcome(of: packet, by: link)
            if outcome.hasPassed {
                partner = source
                return outcome
            }
            if worst?.droppingRule == nil { worst = outcome }
        }
        guard let worst, !isStopped() else { return .unknown("the trial was interrupted") }
        if worst.droppingRule != nil, sandbox.network.mayLackPartners(on: link) {
            return .unknown(
                "\(group.interface) has a large network, and the partner may have an address that was not tried")
        }
        return worst
    }
}

extension NetworkConfiguration {
    /// Where another director may be: the hosts that are known on a link, and those that have the first 24 bits in
    /// common with an address here.
    fileprivate func partners(on link: Int32) -> [IPAddress] {
        let known = neighbours.filter {
            // Groups are among them, and none sends.
            $0.interface == link && $0.address.family == .ipv4 && $0.address.low >> 28 != 0xE
        }.map(\.address)
        let around = addresses.filter { $0.interface == link && $0.address.family == .ipv4 && $0.prefixLength < 31 }
            .flatMap { here -> [IPAddress] in
                guard let prefix = Prefix(here.address, length: Int(here.prefixLength)) else { return [] }
                let block = UInt32(truncatingIfNeeded: here.address.low) & 0xFFFF_FF00
                return (1...254).map { IPAddress(ipv4: block | $0) }.filter {
                    prefix.contains($0) && $0 != prefix.address
                }
            }
        var seen: Set<IPAddress> = []
        return (known.prefix(Self.mostKnown) + around).filter { seen.insert($0).inserted }
    }

    private static let mostKnown = 256

    /// Whether a partner may have another address than these: its network has more.
    fileprivate func mayLackPartners(on link: Int32) -> Bool {
        addresses.contains { $0.interface == link && $0.address.family == .ipv4 && $0.prefixLength < 24 }
    }
}

extension ProbeOutcome {
    fileprivate static func unknown(_ why: String) -> ProbeOutcome {
        var outcome = ProbeOutcome()
        outcome.end = .unknown(why)
        return outcome
    }
}
