import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension TrialDrops {
    /// What is dropped, of whom, and by what.
    var headline: String {
        let states = ctstates.isEmpty ? "" : " as \(sentenceList(ctstates.sorted().map(\.name)))"
        return "The packet filter drops \(what)\(states): \(sentenceList(rules.map(\.words)))."
    }

    private var what: String {
        let tried = Finding.list(targets)
        let services = Finding.list(services) + (targets.isEmpty ? "" : " (as \(tried))")
        let (sent, answered) = (names { !$0.isAnswer }, names(\.isAnswer))
        if answered.isEmpty { return "\(sentenceList(sent)) to \(services)" }
        let answers =
            "\(sentenceList(answered)) from \(areOwn ? "the director itself, as a real server" : "real servers")"
        return sent.isEmpty ? "\(answers) of \(services)" : "\(sentenceList(sent)) to \(services), and \(answers)"
    }

    private var areOwn: Bool { probes.contains { $0.sender == .director } }

    /// The same, how it is known, and where in the kernel it comes from.
    var sentence: String {
        let origin =
            probes.contains { !$0.isAnswer }
            ? "to packets from \(origin.address) by \(origin.interface)" : "to answers to \(origin.address)"
        return "\(headline) These rules did that in a sandbox on Linux \(kernelRelease), \(origin), "
            + "while packets that open connections pass. " + (confirmation.map { "\(sentence($0)) " } ?? "") + why
    }

    /// `Confirmed by traffic: in 10 s 12 of 40 packets to it were dropped like that, traced ones by inet filter input handle 5.`
    private func sentence(_ confirmation: Confirmation) -> String {
        let (dropped, packets) = (confirmation.dropped, confirmation.packets)
        let rules = sentenceList(confirmation.rules.sorted().map(\.description))
        return "Confirmed by traffic: in \(confirmation.seconds) s \(dropped) of \(packets) "
            + "\(packets == 1 ? "packet" : "packets") to \(services.count == 1 ? "it" : "them") \(dropped == 1 ? "was" : "were") dropped like that"
            + (rules.isEmpty ? "." : ", traced ones by \(rules).")
    }

    /// Each once, in the order in which they were sent.
    private func names(_ isMeant: (Probe) -> Bool) -> [String] {
        var names: [String] = []
        for name in probes.filter(isMeant).map(\.name) where !names.contains(name) { names.append(name) }
        return names
    }

    private var why: String {
        if areOwn {
            guard ctstates.contains(.invalid) else { return "They meet this rule before one that accepts them." }
            return
                "IPVS leaves what the client sends to the director's own sockets, but untracks it (net/netfilter/ipvs/ip_vs_xmit.c, "
                + "ip_vs_send_or_cont): the answers have no entry, and a SYN+ACK, FIN or RST opens none "
                + "(net/netfilter/nf_conntrack_proto_tcp.c, tcp_new)."
        }
        if probes.contains(where: \.isAnswer) {
            guard ctstates.contains(.invalid) || ctstates.contains(.new) else {
                return
                    "IPVS gives answers the service's address behind the filter at FORWARD, which sees the real server's "
                    + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4)."
            }
            return
                "IPVS untracks the client's packets, so that its connection has no entry, and its answers begin nothing that "
                + "conntrack knows (net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_nat_send_or_cont)."
        }
        if ctstates == [.new], probes.allSatisfy({ $0.packetClass == .ack }) { return TrackedPacket.whyACKsAreNew }
        guard ctstates.contains(.invalid) else { return "They meet this rule before one that accepts them." }
        if probes.allSatisfy({ $0.packetClass == .icmpError }) {
            return "An ICMP error about a packet without an entry is INVALID (net/netfilter/nf_conntrack_proto_icmp.c, "
                + "nf_conntrack_inet_error)."
        }
        if probes.contains(where: { $0.packetClass == .sctp }) {
            return
                "Conntrack has no entry for them, or one that saw no answer: of a client's chunks only INIT, HEARTBEAT, HEARTBEAT-ACK and "
                + "SHUTDOWN-ACK open one, and later ones must have a tag that it has seen negotiated "
                + "(net/netfilter/nf_conntrack_proto_sctp.c, sctp_new and nf_conntrack_sctp_packet)."
        }
        return "Conntrack has no entry for them, or one that saw no answer: without an entry a FIN or RST is INVALID "
            + "(net/netfilter/nf_conntrack_proto_tcp.c, tcp_new), and with one that saw only a SYN, an ACK is "
            + "(tcp_conntracks)."
    }
}

extension TrackedPacket {
    static let whyACKsAreNew =
        "Their connection has no entry that saw an answer, and with \(Sysctls.tcpLoose)=1 an ACK without one is taken for the beginning of a "
        + "connection (net/netfilter/nf_conntrack_proto_tcp.c, tcp_new): every ACK is NEW, and accepting what is INVALID does not help."
}

extension TrialDrops.Rule {
    fileprivate var words: String {
        let name = place.isPolicy ? "the policy of \(place)" : "\(place)"
        return switch text {
        case .known(let statement, _): place.isPolicy ? name : "\(name) (\(statement))"
        case .unknown: name
        }
    }
}

extension Probe {
    /// `FIN,ACK`, `ACK after a SYN`, `frag-needed`
    package var name: String {
        let name =
            switch packet {
            case .tcp(let flags): flags.names.joined(separator: "+")
            case .icmp(let type): icmpName(type.rawValue, .ipv4)
            case .icmpv6(let type): icmpName(type.rawValue, .ipv6)
            case .sctp(let packet):
                "SCTP " + packet.chunks.map { $0.description.uppercased() }.joined(separator: "+")
            case .udp, .dccp, .other: packetClass.title
            }
        return isAfterOpening ? "\(name) after \(openingName)" : name
    }

    private var openingName: String {
        switch packetClass {
        case .sctp: "an INIT"
        // About any protocol.
        case .icmpError: "the first packet"
        default: "a SYN"
        }
    }

    private func icmpName(_ type: UInt8, _ family: IPAddress.Family) -> String {
        PacketHeaders.icmpName(type: type, code: icmpCode, family)
    }
}
