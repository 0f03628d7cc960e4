import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension TrackedPacket {
    /// `FIN,ACK`, `UDP`, `SCTP init`, `ICMP echo-request`.
    var words: String {
        switch self {
        case .tcp(let flags): flags.isEmpty ? "TCP without flags" : flags.names.joined(separator: ",")
        case .udp: "UDP"
        case .sctp(let packet): "SCTP " + packet.chunks.map(\.description).joined(separator: ",")
        case .icmp(let type): "ICMP \(type)"
        case .icmpv6(let type): "ICMPv6 \(type)"
        case .other(let other): "\(other)"
        }
    }
}

extension WalkQuestion {
    /// `FIN,ACK to the VIP, without an entry`.
    var words: String {
        let way = direction == .original ? "to the VIP" : "back to the client"
        guard let entry else { return "\(packet.words) \(way), without an entry" }
        let whose = packet.packetClass == .icmpError ? "about a packet with an entry" : "with an entry"
        let state = entry.state.map { " in \($0)" } ?? ""
        return "\(packet.words) \(way), \(whose)\(state)\(entry.hasSeenReply ? "" : " that has seen no reply")"
    }
}

extension PacketExplanation.Setting {
    /// `net.ipv4.vs.conntrack=0 (current)`.
    var words: String {
        let whence =
            switch origin {
            case .given: "given"
            case .read: "current"
            case .assumed: "kernel default: it cannot be read here"
            }
        return "\(name)=\(isOn ? 1 : 0) (\(whence))"
    }
}

extension WalkStep {
    /// The number, or `last` for the maximum.
    var priorityWord: String { priority == .max ? "last" : "\(priority)" }
}

extension WalkStep.Party {
    var word: String { self == .ipvs ? "IPVS" : rawValue }
}
