import Addresses
import ArgumentParser
import Conntrack
import Firewall
import Inspection

/// Describes the packet.
struct PacketOptions: ParsableArguments {
    @Option(
        name: [.customLong("proto"), .customLong("protocol")],
        help: ArgumentHelp(
            "Protocol, by name or number: tcp (default), udp, icmp, icmpv6, sctp, dccp or other.", valueName: "PROTO"),
        completion: .list(["tcp", "udp", "sctp", "dccp", "icmp", "icmpv6"]))
    var `protocol`: String?

    @Option(
        help: ArgumentHelp(
            "TCP flags: FIN,ACK or FIN+ACK, none, tcpdump's F. or S, or 0x11.", valueName: "FLAGS"),
        completion: .list(fixed: TCPFlags.names))
    var flags: String?

    @Option(
        help: ArgumentHelp(
            "ICMP or ICMPv6 type, by nftables or iptables name, or number: destination-unreachable",
            valueName: "TYPE"), completion: .words { line, _ in PacketOptions.messageNames(line.value(of: "--proto")) })
    var icmpType: String?

    @Option(
        help: ArgumentHelp("SCTP chunks, by nftables name or number: cookie-echo,data", valueName: "TYPES"),
        completion: .list(fixed: SCTPChunk.names.map(\.name)))
    var chunk: String?

    @Option(
        help: ArgumentHelp("DCCP type, by nftables name or number: request", valueName: "TYPE"),
        completion: .list(fixed: DCCPType.names.map(\.name)))
    var dccpType: String?

    @Option(
        help: ArgumentHelp(
            "Tag that an SCTP init or init-ack asks for: that of its entry (default), or another.",
            valueName: "own|other"),
        completion: .list(["own", "other"]))
    var initTag: InitiateTag?

    @Option(
        help: ArgumentHelp(
            "Whether a TCP segment is inside the window of its entry (default), or outside.",
            valueName: "inside|outside"),
        completion: .list(["inside", "outside"]))
    var window: Window?

    @Option(
        help: ArgumentHelp("Whether the packet's checksum is good (default) or bad.", valueName: "good|bad"),
        completion: .list(["good", "bad"]))
    var checksum: Checksum?

    enum InitiateTag: String, ExpressibleByArgument { case own, other }
    enum Window: String, ExpressibleByArgument { case inside, outside }
    enum Checksum: String, ExpressibleByArgument { case good, bad }

    /// What is wrong with the packet.
    var flaws: Set<PacketFlaw> {
        Set([window == .outside ? .window : nil, checksum == .bad ? .checksum : nil].compactMap(\.self))
    }

    /// - Parameter serviceProtocol: that of the requested service; the default if none is given.
    func packet(_ direction: TupleDirection, serviceProtocol: IPProtocol?) throws -> TrackedPacket {
        let transport = try chosenProtocol(serviceProtocol)
        try refuseStrangers(transport)
        switch transport {
        case .tcp: return .tcp(try tcpFlags())
        case .udp: return .udp
        case .sctp: return .sctp(try sctp(direction))
        case .dccp: return .dccp(try packetType())
        case .icmp: return .icmp(try messageType(ICMPType.names.map(\.name), ICMPTypeNames.icmp))
        case .icmpv6: return .icmpv6(try messageType(ICMPv6Type.names.map(\.name), ICMPTypeNames.icmpv6))
        default: return .other(transport)
        }
    }

    private func chosenProtocol(_ serviceProtocol: IPProtocol?) throws -> IPProtocol {
        guard let text = self.protocol else {
            return serviceProtocol
                ?? (chunk != nil ? .sctp : dccpType != nil ? .dccp : icmpType != nil ? .icmp : .tcp)
        }
        guard let named = IPProtocol(text) else {
            throw ValidationError("--proto: “\(text)” is invalid; expected a name such as tcp, or a number up to 255")
        }
        return named
    }

    /// An option that does not apply to the packet is a mistake.
    private func refuseStrangers(_ transport: IPProtocol) throws {
        if flags != nil, transport != .tcp {
            throw ValidationError("--flags does not apply to \(transport), only to tcp")
        }
        if chunk != nil, transport != .sctp {
            throw ValidationError("--chunk does not apply to \(transport), only to sctp")
        }
        if window != nil, transport != .tcp {
            throw ValidationError("--window does not apply to \(transport), only to tcp")
        }
        if dccpType != nil, transport != .dccp {
            throw ValidationError("--dccp-type does not apply to \(transport), only to dccp")
        }
        if initTag != nil, transport != .sctp {
            throw ValidationError("--init-tag does not apply to \(transport), only to sctp")
        }
        if icmpType != nil, transport != .icmp, transport != .icmpv6 {
            throw ValidationError("--icmp-type does not apply to \(transport), only to icmp and icmpv6")
        }
    }

    private func tcpFlags() throws -> TCPFlags {
        let takes =
            "\(TCPFlags.names.joined(separator: ", ")), combined with , or +; none; tcpdump's letters (S, S., F., R, P., .); "
            + "or a number such as 0x11"
        guard let flags else { throw ValidationError("a TCP segment needs --flags: \(takes)") }
        guard let read = TCPFlags(words: flags) else {
            throw ValidationError("--flags: “\(flags)” is invalid; expected \(takes)")
        }
        return read
    }

    private func sctp(_ direction: TupleDirection) throws -> SCTPPacket {
        var packet = SCTPPacket(usual: try chunks(), direction)
        guard let initTag else { return packet }
        guard packet.chunks.contains(where: { [.initiate, .initiateAck].contains($0) }) else {
            throw ValidationError("--init-tag needs --chunk init or init-ack")
        }
        if initTag == .other { packet.initiateTag ^= 1 }
        return packet
    }

    private func chunks() throws -> [SCTPChunk] {
        let takes = SCTPChunk.names.map(\.name).joined(separator: ", ") + ", or a number up to 255"
        guard let chunk else { throw ValidationError("an SCTP packet needs --chunk: \(takes)") }
        return try chunk.split(separator: ",", omittingEmptySubsequences: false).map { text in
            let name = text.optionWord
            let number = FilterText.number(text, as: UInt8.self).map(SCTPChunk.init(rawValue:))
            guard let chunk = SCTPChunk.names.first(where: { $0.name == name })?.chunk ?? number else {
                throw ValidationError("--chunk: “\(text)” is invalid; expected \(takes)")
            }
            return chunk
        }
    }

    private func packetType() throws -> DCCPType {
        let takes = DCCPType.names.map(\.name).joined(separator: ", ") + ", or a number up to 15"
        guard let dccpType else { throw ValidationError("a DCCP packet needs --dccp-type: \(takes)") }
        let number = FilterText.number(dccpType, as: UInt8.self).flatMap { $0 < 16 ? DCCPType(rawValue: $0) : nil }
        guard let type = DCCPType.names.first(where: { $0.name == dccpType.optionWord })?.type ?? number else {
            throw ValidationError("--dccp-type: “\(dccpType)” is invalid; expected \(takes)")
        }
        return type
    }

    /// The completions of `--icmp-type`; of both families if none is given yet.
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
            + ", an iptables name or nftables code that implies one of these, or a number up to 255"
        guard let icmpType else { throw ValidationError("an ICMP message needs --icmp-type: \(takes)") }
        guard let type = read(icmpType) else {
            throw ValidationError("--icmp-type: “\(icmpType)” is invalid; expected \(takes)")
        }
        return type
    }
}

extension StringProtocol {
    /// A kernel's or user's name in option spelling: `SYN_SENT` becomes `syn-sent`.
    var optionWord: String { String(lowercased().map { $0 == "_" ? "-" : $0 }) }
}

extension TCPFlags {
    /// Reads `FIN,ACK`, `fin+ack`, `none`, the number `0x11`, or tcpdump's `F.`; nil for anything else.
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

    /// The letters of tcpdump(8), case-sensitive: `S` SYN, `.` ACK, and so on.
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
