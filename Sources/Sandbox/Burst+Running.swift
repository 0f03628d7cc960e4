import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Packets

extension TrialRunner {
    /// So many ACKs are sent, and after each round it is seen whether one more passes: what `recent` of xtables counts at most is 255.
    private static let (rounds, packetsInRound) = (5, 60)

    /// Sends many ACKs of one connection to a service, each of which conntrack takes for new: a client that uploads sends hundreds in a second.
    /// Blocks for tens of milliseconds.
    ///
    /// - Returns: nil if there is nothing to learn: no rule limits anything, or the first ACK did not pass.
    func burst(to service: ServiceTrial) throws(KernelError) -> Burst? {
        guard sandbox.hasLimits, case .address(.tcp, let endpoint) = service.target, let origin = service.origin,
            let first = service.outcomes.first(where: { $0.probe == Probe(.tcp(.ack)) })?.outcome, first.hasPassed,
            let link = origins[endpoint.address.family]?.all.first(where: { $0.origin == origin })?.link
        else { return nil }
        let client = Endpoint(origin.address, nextPort())
        let target = endpoint.port == 0 ? Endpoint(endpoint.address, 80) : endpoint
        func ack(_ number: Int) -> [UInt8] {
            PacketBytes.tcp(
                TCPFlags.ack.rawValue, sequence: 1001, acknowledgement: UInt32(2001 + number), from: client, to: target)
        }
        var (sent, last) = (0, first)
        for _ in 0..<Self.rounds where last.droppingRule == nil {
            try sandbox.flood((sent..<sent + Self.packetsInRound).map(ack), by: link)
            sent += Self.packetsInRound
            last = try sandbox.outcome(of: ack(sent), by: link)
            sent += 1
        }
        let met = Set((first.steps + last.steps).compactMap(\.ruleMet))
        return Burst(sent: sent - 1, last, limits: met.intersection(sandbox.limits).sorted())
    }
}

extension TraceEvent {
    /// The rule that it is about.
    fileprivate var ruleMet: DroppingRule? {
        handle.map { DroppingRule(family: family, table: table, chain: chain, decision: .rule(handle: $0)) }
    }
}
