import Addresses
import ArgumentParser
import Conntrack
import Firewall
import Inspection

/// Which packet is meant.
struct PacketOptions: ParsableArguments {
    @Option(
        name: [.customLong("proto"), .customLong("protocol")],
        help: ArgumentHelp(
            "tcp (default), udp, icmp, icmpv6, sctp, or another, by name or number.", valueName: "PROTO"),
        completion: .list(["tcp", "udp", "sctp", "icmp", "icmpv6"]))
    var `protocol`: String?

    @Option(
        help: ArgumentHelp(
            "Of a TCP segment: FIN,ACK or FIN+ACK, none, tcpdump's F. or S, or 0x11.", valueName: "FLAGS"),
        completion: .list(fixed: TCPFlags.names))
    var flags: String?

    @Option(
        help: ArgumentHelp(
            "Of an ICMP or ICMPv6 message, by nftables' or iptables' name, or number: destination-unreachable",
            valueName: "TYPE"), completion: .words { line, _ in PacketOptions.messageNames(line.value(of: "--proto")) })
    var icmpType: String?

    @Option(
        help: ArgumentHelp("Of an SCTP packet, by nftables' names, or numbers: cookie-echo,data", valueName: "TYPES"),
        completion: .list(fixed: SCTPChunk.names.map(\.name)))
    var chunk: String?

    /// - Parameter serviceProtocol: of the service that is asked about; what is taken when none is named.
    func packet(_ direction: TupleDirection, serviceProtocol: IPProtocol?) throws -> TrackedPacket {
        let transport = try chosenProtocol(serviceProtocol)
        try refuseStrangers(transport)
        switch transport {
        case .tcp: return .tcp(try tcpFlags())
        case .udp: return .udp
        case .sctp: return .sctp(SCTPPacket(usual: try chunks(), direction))
        case .icmp: return .icmp(try messageType(ICMPType.names.map(\.name), ICMPTypeNames.icmp))
        case .icmpv6: return .icmpv6(try messageType(ICMPv6Type.names.map(\.name), ICMPTypeNames.icmpv6))
        default: return .other(transport)
        }
    }

    private func chosenProtocol(_ serviceProtocol: IPProtocol?) throws -> IPProtocol {
        guard let text = self.protocol else {
            return serviceProtocol ?? (chunk != nil ? .sctp : icmpType != nil ? .icmp : .tcp)
        }
        guard let named = IPProtocol(text) else {
            throw ValidationError("--proto: “\(text)” is not what it takes: a name as tcp, or a number up to 255")
        }
        return named
    }

    /// An option that the packet has no use for is a slip.
    private func refuseStrangers(_ transport: IPProtocol) throws {
        if flags != nil, transport != .tcp { throw ValidationError("--flags are TCP's, not of \(transport)") }
        if chunk != nil, transport != .sctp { throw ValidationError("--chunk is SCTP's, not of \(transport)") }
        if icmpType != nil, transport != .icmp, transport != .icmpv6 {
            throw ValidationError("--icmp-type is of icmp and icmpv6, not of \(transport)")
        }
    }

    private func tcpFlags() throws -> TCPFlags {
        let takes =
            "\(TCPFlags.names.joined(separator: ", ")), several with , or +; none; tcpdump's letters (S, S., F., R, P., .); "
            + "or a number as 0x11"
        guard let flags else { throw ValidationError("--flags is needed for a TCP segment: \(takes)") }
        guard let read = TCPFlags(words: flags) else {
            throw ValidationError("--flags: “\(flags)” is not what it takes: \(takes)")
        }
        return read
    }

    private func chunks() throws -> [SCTPChunk] {
        let takes = SCTPChunk.names.map(\.name).joined(separator: ", ") + ", or a number up to 255"
        guard let chunk else { throw ValidationError("--chunk is needed for an SCTP packet: \(takes)") }
        return try chunk.split(separator: ",", omittingEmptySubsequences: false).map { text in
            let name = text.optionWord
            let number = FilterText.number(text, as: UInt8.self).map(SCTPChunk.init(rawValue:))
            guard let chunk = SCTPChunk.names.first(where: { $0.name == name })?.chunk ?? number else {
                throw ValidationError("--chunk: “\(text)” is not what it takes: \(takes)")
            }
            return chunk
        }
    }

    /// The names that `--icmp-type` is completed with; of both families where none is named yet.
    static func messageNames(_ transport: String?) -> [String] {
        switch transport {
        case "icmp": ICMPType.names.map(\.name)
        case "icmpv6": ICMPv6Type.names.map(\.name)
        default: messageNames("icmp") + messageNames("icmpv6").filter { !messageNames("icmp").contains($0) }
        }
    }

    private func messageType<Kind>(_ names: [String], _ read: (String) -> Kind?) throws -> Kind {
        let takes =
            names.joined(separator: ", ")
            + ", a name of iptables' or a reason of nftables' that means one of these, or a number up to 255"
        guard let icmpType else { throw ValidationError("--icmp-type is needed for an ICMP message: \(takes)") }
        guard let type = read(icmpType) else {
            throw ValidationError("--icmp-type: “\(icmpType)” is not what it takes: \(takes)")
        }
        return type
    }
}

extension StringProtocol {
    /// A kernel's or a user's name as options have it: `SYN_SENT` is `syn-sent`.
    var optionWord: String { String(lowercased().map { $0 == "_" ? "-" : $0 }) }
}

extension TCPFlags {
    /// Reads `FIN,ACK`, `fin+ack`, `none`, the number `0x11`, or tcpdump's `F.`; nil when it is none of these.
    init?(words text: String) {
        if text.lowercased() == "none" {
            self = []
        } else if let number = FilterText.number(text, as: UInt8.self) {
            self.init(rawValue: number)
        } else if let letters = Self(letters: text) {
            self = letters
        } else {
            self = []
            for word in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "+" }) {
                guard let bit = Self.names.firstIndex(of: word.uppercased()) else { return nil }
                insert(TCPFlags(rawValue: 1 << UInt8(bit)))
            }
        }
    }

    /// The letters of tcpdump(8), in its case: `S` SYN, `.` ACK, and so on.
    private init?(letters text: String) {
        let known: [Character: TCPFlags] = [
            "F": .fin, "S": .syn, "R": .rst, "P": .psh, ".": .ack, "U": .urg, "E": .ece, "W": .cwr,
        ]
        guard !text.isEmpty else { return nil }
        self = []
        for letter in text {
            guard let flag = known[letter] else { return nil }
            insert(flag)
        }
    }
}
