import Addresses
import Conntrack
import Firewall
import IPVS

/// What a connection and its entry have in common: the protocol, the client, and the server it talks to.
package struct FlowKey: Hashable, Comparable, Sendable {
    /// The layer 4 protocol.
    package var `protocol`: IPProtocol
    package var client: Endpoint
    /// Where the client sends to: the VIP, or with NAT the real server that answers.
    package var server: Endpoint

    package init(protocol: IPProtocol, client: Endpoint, server: Endpoint) {
        self.protocol = `protocol`
        self.client = client
        self.server = server
    }

    /// The tuple of the original direction: the client sends to the VIP.
    static func original(_ connection: Connection) -> FlowKey {
        FlowKey(protocol: connection.protocol, client: connection.client, server: connection.virtual)
    }

    /// With NAT the real server answers: `ip_vs_update_conntrack` (net/netfilter/ipvs/ip_vs_nfct.c) writes it into the reply tuple.
    static func reply(_ connection: Connection) -> FlowKey {
        FlowKey(protocol: connection.protocol, client: connection.client, server: connection.destination)
    }

    static func original(_ entry: Entry) -> FlowKey? { key(entry.original, clientSends: true) }

    static func reply(_ entry: Entry) -> FlowKey? { key(entry.reply, clientSends: false) }

    /// For an entry whose replies are packets from a client to a VIP.
    static func clientAnswers(_ entry: Entry) -> FlowKey? { key(entry.reply, clientSends: true) }

    /// For an entry that NAT rules rewrote before IPVS (REDIRECT, DNAT) or behind it (SNAT): neither tuple is the connection's, but no rule
    /// changes from where the client sends before IPVS sees it, or who answers. Nil if nothing was rewritten.
    static func rewritten(_ entry: Entry) -> FlowKey? {
        guard !entry.status.isDisjoint(with: [.sourceNAT, .destinationNAT]),
            let original = key(entry.original, clientSends: true),
            var key = reply(entry)
        else { return nil }
        key.client = original.client
        return key
    }

    private static func key(_ tuple: Tuple, clientSends: Bool) -> FlowKey? {
        guard let source = tuple.source, let destination = tuple.destination,
            case .ports(let sourcePort, let destinationPort) = tuple.discriminator
        else { return nil }
        let sender = Endpoint(source, sourcePort)
        let receiver = Endpoint(destination, destinationPort)
        return FlowKey(
            protocol: tuple.protocol, client: clientSends ? sender : receiver, server: clientSends ? receiver : sender)
    }

    /// By client, then server, then protocol: the order in which orphans are shown.
    package static func < (left: FlowKey, right: FlowKey) -> Bool {
        (left.client, left.server, left.protocol.rawValue) < (right.client, right.server, right.protocol.rawValue)
    }

    /// The tuple to look the original direction up by.
    var tuple: Tuple {
        var tuple = Tuple()
        tuple.protocol = `protocol`
        tuple.source = client.address
        tuple.destination = server.address
        tuple.discriminator = .ports(source: client.port, destination: server.port)
        return tuple
    }

    /// The tuple to look the reply direction up by.
    var replyTuple: Tuple {
        var tuple = self.tuple
        tuple.source = server.address
        tuple.destination = client.address
        tuple.discriminator = .ports(source: server.port, destination: client.port)
        return tuple
    }
}

extension FlowKey {
    /// From a packet from the client to the VIP. For an ICMP error, the flow it is about, whose packet went to the client.
    init?(clientPacket headers: PacketHeaders) {
        if let flow = headers.embedded {
            guard let from = flow.sourcePort, let to = flow.destinationPort else { return nil }
            self.init(
                protocol: flow.protocol, client: Endpoint(flow.destination, to), server: Endpoint(flow.source, from))
            return
        }
        guard let from = headers.sourcePort, let to = headers.destinationPort else { return nil }
        self.init(
            protocol: headers.protocol, client: Endpoint(headers.source, from),
            server: Endpoint(headers.destination, to))
    }

    /// From a packet from the VIP to the client.
    init?(serverPacket headers: PacketHeaders) {
        guard headers.embedded == nil, let from = headers.sourcePort, let to = headers.destinationPort else {
            return nil
        }
        self.init(
            protocol: headers.protocol, client: Endpoint(headers.destination, to),
            server: Endpoint(headers.source, from))
    }
}
