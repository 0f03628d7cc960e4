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
        case .dccp(let type): "DCCP \(type)"
        case .other(let other): "\(other)"
        }
    }
}

extension PacketFlaw {
    /// As in JSON.
    var word: String {
        switch self {
        case .checksum: "checksum"
        case .window: "window"
        }
    }

    /// After the packet: `FIN,ACK outside the window`.
    fileprivate var phrase: String {
        switch self {
        case .checksum: "with a wrong checksum"
        case .window: "outside the window"
        }
    }
}

extension SchedulingDecision {
    /// As in JSON.
    var word: String {
        switch self {
        case .continues: "continues"
        case .opens: "opens"
        case .reopens: "reopens"
        case .drops: "drops"
        case .dropsOnce: "drops-once"
        case .rejects: "rejects"
        case .leavesToHost: "leaves-to-host"
        }
    }
}

extension WalkQuestion {
    /// `FIN,ACK to the VIP, without an entry`.
    var words: String {
        let way = direction == .original ? "to the VIP" : "back to the client"
        let packet = ([self.packet.words] + flaws.map(\.phrase).sorted()).joined(separator: " ")
        guard let entry else { return "\(packet) \(way), without an entry" }
        let whose = self.packet.isError ? "about a packet with an entry" : "with an entry"
        let state = entry.state.map { " in \($0)" } ?? ""
        return "\(packet) \(way), \(whose)\(state)\(entry.hasSeenReply ? "" : " that has seen no reply")"
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
        return "\(name)=\(value) (\(whence))"
    }
}

extension WalkStep {
    /// The number, or `last` for the maximum.
    var priorityWord: String { priority == .max ? "last" : "\(priority)" }
}

extension WalkStep.Party {
    var word: String { self == .ipvs ? "IPVS" : rawValue }
}
