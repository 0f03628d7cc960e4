import Addresses
import Conntrack
import Firewall
import Inspection
import TableSupport

/// An entry in the table or none, and one or more packets in sequence.
struct Case {
    var entry: PriorEntry?
    var steps: [Step]

    init(_ entry: PriorEntry? = nil, _ steps: [Step]) {
        self.entry = entry
        self.steps = steps
    }
}

/// An entry as known to the model, and as created by ctnetlink.
struct PriorEntry {
    var tracked: TrackedEntry
    var `protocol`: IPProtocol
    var memory: MadeEntry.Memory

    func made(at spot: Spot) -> MadeEntry {
        var entry = MadeEntry(`protocol`, from: spot.client, to: spot.host)
        entry.memory = memory
        entry.status = (tracked.hasSeenReply ? 2 : 0) | (tracked.isAssured ? 4 : 0)
        return entry
    }
}

/// A packet as known to the model, and its bytes.
struct Step {
    var packet: TrackedPacket
    var direction: TupleDirection
    /// What is wrong with it.
    var flaws: Set<PacketFlaw> = []
    /// More than the model uses.
    var detail = ""
    /// False if the packet's tuple is not that of the existing entry.
    var isOfEntry = true
    var bytes: (_ from: Endpoint, _ to: Endpoint) -> [UInt8]

    init(
        _ packet: TrackedPacket, _ direction: TupleDirection = .original,
        bytes: @escaping (_ from: Endpoint, _ to: Endpoint) -> [UInt8]
    ) {
        self.packet = packet
        self.direction = direction
        self.bytes = bytes
    }
}

extension Step {
    /// The same with a checksum that does not fit.
    ///
    /// - Parameter offset: of the checksum in the transport's header.
    func withWrongChecksum(at offset: Int) -> Step {
        var step = self
        step.flaws.insert(.checksum)
        let right = bytes
        step.bytes = { from, to in
            var bytes = right(from, to)
            bytes[(from.address.family == .ipv4 ? 20 : 40) + offset] ^= 0x55
            return bytes
        }
        return step
    }
}

extension Case: CustomStringConvertible {
    var description: String {
        let before = entry.map { "\(EntryView($0.tracked, isTurned: false))" } ?? "no entry"
        return before + " | " + steps.map(\.description).joined(separator: ", ")
    }
}

extension Step: CustomStringConvertible {
    var description: String {
        let what =
            switch packet {
            case .tcp(let flags): flags.names.joined(separator: "+")
            case .sctp(let sctp): "\(sctp.chunks) tag \(sctp.tag) asks for \(sctp.initiateTag)"
            case .dccp(let type): "\(type)"
            case .icmp(let type): "\(type) (\(type.rawValue))"
            case .icmpv6(let type): "\(type) (\(type.rawValue))"
            case .udp, .other: ""
            }
        let wrong = flaws.map { " wrong \($0)" }.joined()
        return "\(packet.protocol) \(what)\(detail)\(wrong) \(direction == .original ? ">" : "<")"
    }
}
