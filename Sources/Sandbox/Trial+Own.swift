import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

extension Sandbox {
    /// Whether IPVS leaves packets for a destination to the director's own sockets: because of its method, or as it has its address
    /// (`__ip_vs_get_out_rt`, net/netfilter/ipvs/ip_vs_xmit.c).
    func isOwn(_ destination: Destination) -> Bool {
        destination.method == .local || routes.isLocal(destination.endpoint.address)
    }
}

extension TrialRunner {
    /// What becomes of answers of the director's own sockets, as a real server: they begin at LOCAL_OUT. With `net.ipv4.vs.conntrack=0` IPVS
    /// has untracked what the client sent (`ip_vs_send_or_cont`, ip_vs_xmit.c), so that they come without an entry; and once conntrack has
    /// seen them, it untracks those that might open one (`handle_response`, ip_vs_core.c).
    func ownAnswerTrials(
        _ probes: [Probe], of addressed: AddressedService, _ walk: Walk?, to client: IPAddress, by link: Int32
    ) throws(KernelError) -> [AnswerTrial] {
        let destinations = addressed.service.destinations
        guard !probes.isEmpty, let own = destinations.first(where: sandbox.isOwn) else { return [] }
        var trial = AnswerTrial(own.endpoint)
        for probe in probes {
            // Another real server may be chosen first.
            for _ in destinations.indices {
                let packets = ProbeBytes(
                    from: Endpoint(client, nextPort()), to: addressed.virtual, protocol: addressed.protocol)
                let isAnswered = probe != probes.first
                guard let answering = try serve(packets, addressed, walk, link, isAnswered: isAnswered) else {
                    continue
                }
                trial.outcomes.append((probe, try outcome(of: probe, answering, answering.asSocket)))
                break
            }
        }
        return trial.outcomes.isEmpty ? [] : [trial]
    }

    /// Opens a connection that the director itself serves.
    ///
    /// - Parameter isAnswered: whether it answers, and the client confirms that.
    /// - Returns: what it answers by; nil if what opened it did not come to the director's own sockets.
    func serve(
        _ packets: ProbeBytes, _ addressed: AddressedService, _ walk: Walk?, _ link: Int32, isAnswered: Bool
    ) throws(KernelError) -> ProbeBytes? {
        guard let opening = Probe.opening(addressed.protocol) else { return nil }
        let opened = try outcome(of: opening, packets, .link(link))
        guard opened.hasPassed, walk == nil || opened.exit == .localIn else { return nil }
        let answering = ProbeBytes(
            from: ownEndpoint(of: addressed, walk), to: packets.source, protocol: addressed.protocol)
        for probe in Self.handshake(addressed.protocol, with: .director) where isAnswered {
            if probe.isAnswer {
                _ = try outcome(of: probe, answering, answering.asSocket)
            } else {
                _ = try outcome(of: probe, packets, .link(link))
            }
        }
        return answering
    }

    /// With NAT a socket has the destination's address, which IPVS puts right before filters see it (`ip_vs_local_reply4`).
    private func ownEndpoint(of addressed: AddressedService, _ walk: Walk?) -> Endpoint {
        let nat = addressed.service.destinations.first { $0.method == .nat && sandbox.isOwn($0) }
        guard let nat, walk != nil else { return addressed.virtual }
        return Endpoint(
            nat.endpoint.address, nat.endpoint.port == 0 ? addressed.virtual.port : nat.endpoint.port)
    }
}

extension ProbeBytes {
    /// Where the director's own packets begin.
    fileprivate var asSocket: Sandbox.Entrance { .socket(from: source.address, to: target.address) }
}
