import Addresses
import Conntrack
import Firewall
import IPVS

/// The packets that matter to a service: what opens a connection, what comes once it is open, and what its real servers answer through the
/// director. Each must pass the packet filter.
package struct ProbePlan {
    /// Nil for a protocol that is not tried.
    package let opening: Probe?
    package let others: [Probe]
    /// Of real servers whose answers come back through the director.
    package let answers: [Probe]
    /// Of the director itself, where it is a real server.
    package let ownAnswers: [Probe]

    /// - Parameters:
    ///   - target: what its packets are for; nil if that is its address.
    ///   - isOwn: whether a destination is the director itself.
    ///   - keepsEntries: whether what opens a connection leaves an entry behind (`net.ipv4.vs.conntrack=1`); what follows is then
    ///     sent after it as well.
    ///   - hasIPVS: whether IPVS is there to make the entries of NAT (`ip_vs_update_conntrack`, net/netfilter/ipvs/ip_vs_nfct.c).
    package init(
        _ service: Service, at target: Service.Identity? = nil,
        isOwn: (Destination) -> Bool = { $0.method == .local }, keepsEntries: Bool, hasIPVS: Bool = false
    ) {
        guard case .address(let `protocol`, let endpoint) = target ?? service.identity,
            let opening = Probe.opening(`protocol`)
        else {
            (opening, others, answers, ownAnswers) = (nil, [], [], [])
            return
        }
        self.opening = opening
        let own = service.destinations.filter(isOwn)
        let remote = service.destinations.filter { !isOwn($0) }
        let hasEntriesOfNAT = !keepsEntries || hasIPVS
        let areReturning = hasEntriesOfNAT && remote.contains { $0.method == .nat }
        answers = areReturning ? Self.answers(`protocol`, from: .realServer) : []
        let isServing = own.contains { $0.method != .nat || hasEntriesOfNAT }
        ownAnswers = isServing ? Self.answers(`protocol`, from: .director) : []
        let isBypassing = remote.contains { $0.method.answersBypassDirector }
        let rest = Self.rest(`protocol`)
        let errors = Self.errors(endpoint.address.family)
        // Each datagram of UDP opens a connection, and passes as the first did.
        let isFollowed =
            keepsEntries && !rest.isEmpty && (isBypassing || hasIPVS || isServing && remote.isEmpty)
        let isFresh = isBypassing || !keepsEntries
        others =
            (isFresh ? rest : []) + (isFollowed ? Self.later(rest) : []) + (isFresh ? errors : [])
            + (isFollowed ? Self.later(errors) : [])
    }

    private static func answers(_ protocol: IPProtocol, from server: Probe.Sender) -> [Probe] {
        switch `protocol` {
        case .tcp:
            let flags: [TCPFlags] = [[.syn, .ack], [.psh, .ack], [.fin, .ack], .rst, [.rst, .ack]]
            return flags.map { Probe(.tcp($0), from: server) }
        case .sctp:
            let chunks: [SCTPChunk] = [.initiateAck, .cookieAck, .data, .sack, .shutdown, .shutdownAck, .abort]
            return chunks.map { Probe(.sctp(SCTPPacket(usual: [$0], .reply)), from: server) }
        default: return [Probe(.udp, from: server)]
        }
    }

    private static func later(_ probes: [Probe]) -> [Probe] {
        probes.map { Probe($0.packet, icmpCode: $0.icmpCode, isAfterOpening: true) }
    }

    /// What a client sends in an open connection. Not what only answers: SYN+ACK, INIT ACK, COOKIE ACK.
    private static func rest(_ protocol: IPProtocol) -> [Probe] {
        switch `protocol` {
        case .tcp:
            let flags: [TCPFlags] = [.ack, [.psh, .ack], [.fin, .ack], .rst, [.rst, .ack]]
            return flags.map { Probe(.tcp($0)) }
        case .sctp:
            let chunks: [SCTPChunk] = [
                .cookieEcho, .data, .sack, .heartbeat, .heartbeatAck, .error, .shutdown, .shutdownAck,
                .shutdownComplete, .abort,
            ]
            return chunks.map { Probe(.sctp(SCTPPacket(usual: [$0], .original))) }
        default: return []
        }
    }

    /// Errors about answers of the service, sent by routers and clients: what is unreachable, and why; what is too big for the way; what
    /// went round in circles; what had a wrong header (RFC 792, RFC 1191, RFC 1812, RFC 4443).
    private static func errors(_ family: IPAddress.Family) -> [Probe] {
        switch family {
        case .ipv4:
            let codes: [(type: UInt8, code: UInt8)] = [(3, 4), (3, 0), (3, 1), (3, 3), (3, 13), (11, 0), (12, 0)]
            return codes.map { Probe(.icmp(ICMPType(rawValue: $0.type)), icmpCode: $0.code) }
        case .ipv6:
            let codes: [(type: UInt8, code: UInt8)] = [(2, 0), (1, 0), (1, 1), (1, 3), (1, 4), (3, 0), (4, 0)]
            return codes.map { Probe(.icmpv6(ICMPv6Type(rawValue: $0.type)), icmpCode: $0.code) }
        }
    }
}

extension Service {
    /// Destinations whose answers pass FORWARD, where IPVS takes them.
    package var returningServers: [Endpoint] { destinations.filter { $0.method == .nat }.map(\.endpoint) }
}
