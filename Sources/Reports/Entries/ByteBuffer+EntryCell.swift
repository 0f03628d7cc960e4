import Addresses
import Conntrack

/// The cells of a row. A hyphen means that the kernel did not send the value, or the protocol does not have it.
extension ByteBuffer {
    mutating func appendCell(_ column: EntryTable.Column, _ entry: Entry) {
        let (original, reply) = (entry.original, entry.reply)
        switch column {
        case .protocol: append(text: original.protocol.description)
        case .source: appendEndpoint(original.source, original.ports?.source, of: original)
        case .destination: appendEndpoint(original.destination, original.ports?.destination, of: original)
        case .state: appendState(entry)
        case .status: appendStatus(entry.status)
        case .timeout: appendNumber(entry.timeout)
        case .mark: appendNumber(entry.mark)
        case .zone: appendZone(entry)
        case .packets: appendPair(entry.originalCounters?.packets, entry.replyCounters?.packets)
        case .bytes: appendPair(entry.originalCounters?.bytes, entry.replyCounters?.bytes)
        case .replySource where entry.isDestinationTranslated:
            appendEndpoint(reply.source, reply.ports?.source, of: reply)
        case .replyDestination where entry.isSourceTranslated:
            appendEndpoint(reply.destination, reply.ports?.destination, of: reply)
        case .replySource, .replyDestination: append("-")
        }
    }

    /// As in `Endpoint`; GRE keys in hexadecimal, as in their own tools.
    private mutating func appendEndpoint(_ address: IPAddress?, _ port: UInt16?, of tuple: Tuple) {
        guard let address else { return append("-") }
        let isBracketed = port != nil && address.family == .ipv6
        if isBracketed { append("[") }
        append(address)
        if isBracketed { append("]") }
        guard let port else { return }
        if tuple.protocol == .gre {
            append(":0x")
            append(hexadecimal: port)
        } else {
            append(":")
            append(decimal: port)
        }
    }

    /// For ICMP, which has no state: type/code and id.
    private mutating func appendState(_ entry: Entry) {
        if case .icmp(let type, let code, let id) = entry.original.discriminator {
            append(decimal: type)
            append("/")
            append(decimal: code)
            append(",id=")
            append(decimal: id)
        } else {
            append(text: entry.state?.name ?? "-")
        }
    }

    /// Which directions were seen, then the other bits; those that every entry has or that are redundant are left out.
    private mutating func appendStatus(_ status: Status) {
        let isReplied = status.contains(.seenReply)
        append(!isReplied ? "UNREPLIED" : status.contains(.assured) ? "ASSURED" : "REPLIED")
        if !isReplied, status.contains(.assured) { append(",ASSURED") }
        if !status.contains(.confirmed) { append(",UNCONFIRMED") }
        var rest = status.subtracting(Self.toldOtherwise).rawValue
        while rest != 0 {
            append(",")
            append(text: Status.name(ofBit: rest.trailingZeroBitCount))
            rest &= rest - 1
        }
    }

    private static var toldOtherwise: Status {
        let translationDone = Status(rawValue: 1 << 7 | 1 << 8)
        return [.seenReply, .assured, .confirmed, translationDone]
    }

    /// The zone; if the directions have different ones, each with its name.
    private mutating func appendZone(_ entry: Entry) {
        if let zone = entry.original.zone { append("original=", zone) }
        if entry.original.zone != nil, entry.reply.zone != nil { append(",") }
        if let zone = entry.reply.zone { append("reply=", zone) }
        if entry.original.zone == nil, entry.reply.zone == nil { append(decimal: entry.zone ?? 0) }
    }

    private mutating func appendNumber(_ number: UInt32?) {
        if let number { append(decimal: number) } else { append("-") }
    }

    /// Original/reply.
    private mutating func appendPair(_ original: UInt64?, _ reply: UInt64?) {
        if original == nil, reply == nil { return append("-") }
        append(decimal: original ?? 0)
        append("/")
        append(decimal: reply ?? 0)
    }
}

extension EntryTable.Column {
    func colour(for entry: Entry) -> Style.Colour? {
        switch self {
        case .status: entry.status.contains(.seenReply) ? .green : .yellow
        case .replySource: entry.isDestinationTranslated ? .magenta : nil
        case .replyDestination: entry.isSourceTranslated ? .magenta : nil
        default: nil
        }
    }
}

extension Entry {
    /// Replies do not come from where packets of the original direction were sent.
    fileprivate var isDestinationTranslated: Bool {
        reply.source != original.destination || reply.ports?.source != original.ports?.destination
    }

    /// Replies do not go to where packets of the original direction came from.
    fileprivate var isSourceTranslated: Bool {
        reply.destination != original.source || reply.ports?.destination != original.ports?.source
            || reply.icmpID != original.icmpID
    }
}

extension Tuple {
    fileprivate var icmpID: UInt16? { if case .icmp(_, _, let id) = discriminator { id } else { nil } }
}

extension Entry {
    /// The entry's cell in a column of `dump`.
    package func cell(_ column: EntryTable.Column) -> String {
        String(writing: 256) { $0.appendCell(column, self) }
    }
}
