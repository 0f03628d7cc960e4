import Addresses
import Conntrack
import Firewall
import Glibc
import IPVS
import Inspection
import Netlink

/// The way of a service's packets through IPVS, to a real server and back.
struct Walk {
    let service: Service
    let virtual: Endpoint
    let `protocol`: IPProtocol
    private let sandbox: Sandbox

    /// - Returns: nil if the sandbox has no such service in IPVS.
    init?(_ addressed: AddressedService, in sandbox: Sandbox) {
        guard sandbox.ipvs?.contains(addressed.service.identity) ?? false else { return nil }
        (service, virtual, `protocol`) = (addressed.service, addressed.virtual, addressed.protocol)
        self.sandbox = sandbox
    }

    /// Whether each packet of a connection must leave the director: not where a destination is the director itself, none takes new
    /// connections, or an engine looks for something in packets that ours have not.
    var isSure: Bool {
        service.persistenceEngine == nil && takesConnections
            && service.destinations.allSatisfy { sandbox.link(to: $0.endpoint.address) != nil }
    }

    /// Those that hash choose a destination whatever its weight, and then none if it is 0 (`ip_vs_sh_schedule`, ip_vs_sh.c).
    private var takesConnections: Bool {
        ["sh", "dh"].contains(service.scheduler)
            ? service.destinations.allSatisfy { $0.weight > 0 } : service.destinations.contains { $0.weight > 0 }
    }

    /// Whether IPVS sends a packet on: not parameter problems (`ip_vs_in_icmp`, net/netfilter/ipvs/ip_vs_core.c), nor errors about
    /// packets that leave no connection behind.
    func sendsOn(_ probe: Probe) -> Bool {
        if probe.packet == .icmp(ICMPType(rawValue: 12)) { return false }
        return probe.packetClass != .icmpError || !service.flags.contains(.onePacket)
    }

    /// Where a packet has arrived that a client sent: the VIP by DR and TUN, or the real server's own address by NAT. Forgets what else has
    /// left the director.
    func arrival(from client: IPAddress) -> Endpoint? {
        let targets = Set([virtual.address] + service.destinations.map(\.endpoint.address))
        for _ in 1...Self.attempts {
            for packet in sandbox.takeDeparted() {
                if let target = packet.target(from: client, among: targets) { return target }
            }
            if !isSure { return nil }
            usleep(1000)
        }
        return nil
    }

    /// The far end has a packet as soon as it was sent, unless the kernel is busy.
    private static let attempts = 20
}

extension TrialRunner {
    /// Opens a connection. With NAT the real server that IPVS has chosen answers, so that to conntrack it is established.
    ///
    /// - Returns: where its opening has arrived.
    @discardableResult
    func connect(
        _ packets: ProbeBytes, _ walk: Walk, _ link: Int32, isAnswered: Bool = true
    ) throws(KernelError) -> Endpoint? {
        guard let opening = Probe.opening(walk.protocol) else { return nil }
        _ = try outcome(of: opening, packets, .link(link))
        guard let server = walk.arrival(from: packets.source.address) else { return nil }
        guard server.address != walk.virtual.address, isAnswered, let way = sandbox.link(to: server.address) else {
            return server
        }
        let back = ProbeBytes(from: server, to: packets.source, protocol: walk.protocol)
        for probe in Self.handshake(walk.protocol, with: .realServer) {
            _ = try outcome(of: probe, probe.isAnswer ? back : packets, .link(probe.isAnswer ? way : link))
        }
        _ = sandbox.takeDeparted()
        return server
    }

    /// What follows the opening, until both sides have seen each other.
    static func handshake(_ protocol: IPProtocol, with server: Probe.Sender) -> [Probe] {
        switch `protocol` {
        case .tcp: [Probe(.tcp([.syn, .ack]), from: server), Probe(.tcp(.ack))]
        case .sctp:
            [
                Probe(.sctp(SCTPPacket(usual: [.initiateAck], .reply)), from: server),
                Probe(.sctp(SCTPPacket(usual: [.cookieEcho], .original))),
                Probe(.sctp(SCTPPacket(usual: [.cookieAck], .reply)), from: server),
            ]
        default: [Probe(.udp, from: server)]
        }
    }

    /// What becomes of answers of the real servers that IPVS chooses, to the connections for which it has chosen them.
    func answerTrials(
        _ probes: [Probe], _ walk: Walk, to client: IPAddress, by link: Int32
    ) throws(KernelError) -> [AnswerTrial] {
        var trials: [AnswerTrial] = []
        for probe in probes {
            let isFirst = probe == Self.handshake(walk.protocol, with: .realServer).first
            var left = Set(walk.service.returningServers.map(\.address))
            for _ in walk.service.destinations.prefix(Self.mostServers) where !left.isEmpty {
                let packets = ProbeBytes(
                    from: Endpoint(client, nextPort()), to: walk.virtual, protocol: walk.protocol)
                guard let server = try connect(packets, walk, link, isAnswered: !isFirst) else { break }
                // Of others than NAT no answer comes back.
                guard server.address != walk.virtual.address, let way = sandbox.link(to: server.address) else {
                    continue
                }
                guard left.remove(server.address) != nil else { continue }
                let back = ProbeBytes(from: server, to: packets.source, protocol: walk.protocol)
                let outcome = try outcome(of: probe, back, .link(way))
                trials.add(probe, outcome, of: server)
            }
        }
        return trials
    }
}

extension [AnswerTrial] {
    fileprivate mutating func add(_ probe: Probe, _ outcome: ProbeOutcome, of server: Endpoint) {
        if let place = firstIndex(where: { $0.server == server }) {
            self[place].outcomes.append((probe, outcome))
        } else {
            var trial = AnswerTrial(server)
            trial.outcomes = [(probe, outcome)]
            append(trial)
        }
    }
}

extension [UInt8] {
    /// Where a client's packet goes, be it in a tunnel or not: addresses stand beside each other in headers of both families.
    ///
    /// - Returns: nil if none of these is its target.
    fileprivate func target(from client: IPAddress, among targets: Set<IPAddress>) -> Endpoint? {
        // An error sent back to the client quotes its packet.
        let receiver = first.map { $0 >> 4 } == 4 ? 16..<20 : 24..<40
        guard count >= receiver.upperBound, !self[receiver].elementsEqual(client.networkBytes) else { return nil }
        for target in targets {
            let addresses = client.networkBytes + target.networkBytes
            guard count >= addresses.count else { continue }
            for start in 0...(count - addresses.count)
            where self[start..<start + addresses.count].elementsEqual(addresses) {
                // Of both families they end the header.
                let port = dropFirst(start + addresses.count + 2).prefix(2)
                return Endpoint(target, port.reduce(0) { $0 << 8 | UInt16($1) })
            }
        }
        return nil
    }
}
