import Addresses
import Conntrack

/// An entry as shown by `conntrack -L` and `conntrack -E` (libnetfilter_conntrack's `__snprintf_conntrack_default`).
extension ByteBuffer {
    /// One line, with its newline.
    ///
    /// - Parameter event: nil for an entry of a dump.
    package mutating func appendConntrackLine(
        _ entry: Entry, _ format: ConntrackFormat, event: ConntrackFormat.Event? = nil
    ) {
        if format.options.contains(.save) { return appendSavedLine(entry, event) }
        if let event { appendHeading(event) }
        if format.options.contains(.extended) { appendFamily(entry.family) }
        appendProtocol(entry.original.protocol)
        if let timeout = entry.timeout { append(" ", timeout) }
        if let state = entry.state { appendState(state) }
        appendTuple(entry.original, entry.family)
        if let zone = entry.original.zone { append(" zone-orig=", zone) }
        if let counters = entry.originalCounters { appendCounters(counters) }
        if !entry.status.contains(.seenReply) { append(" [UNREPLIED]") }
        appendTuple(entry.reply, entry.family)
        if let zone = entry.reply.zone { append(" zone-reply=", zone) }
        if let counters = entry.replyCounters { appendCounters(counters) }
        appendAssurance(entry.status)
        if let mark = entry.mark { append(" mark=", mark) }
        appendRest(entry, format)
        if let event { appendOrigin(event) }
        append(byte: UInt8(ascii: "\n"))
    }

    /// Data that most entries lack, except `use`.
    private mutating func appendRest(_ entry: Entry, _ format: ConntrackFormat) {
        let hasExtensions = entry.hasExtensions
        if hasExtensions, let context = entry.securityContext { append(" secctx=", kernelText: context) }
        if let zone = entry.zone { append(" zone=", zone) }
        if let timestamps = entry.timestamps { appendTimes(timestamps, format) }
        if hasExtensions, let helper = entry.helper { append(" helper=", kernelText: helper) }
        if let use = entry.use { append(" use=", use) }
        if format.options.contains(.id), let id = entry.id { append(" id=", id) }
        if let names = format.labels, hasExtensions { appendLabels(entry.labels, names) }
    }

    private mutating func appendFamily(_ family: UInt8) {
        switch family {
        case 2: append("ipv4     2 ")
        case 10: append("ipv6     10 ")
        default:
            append("unknown  ")
            append(decimal: family)
            append(" ")
        }
    }

    /// A state beyond the ten that the library has names for is shown as NONE, like 0.
    private mutating func appendState(_ state: ProtocolState) {
        let number =
            switch state {
            case .tcp(let tcp): tcp.state
            case .sctp(let sctp): sctp.state
            case .dccp(let dccp): dccp.state
            }
        guard let number, let name = state.name else { return }
        append(" ")
        append(text: number < 10 ? name : "NONE")
    }

    private mutating func appendCounters(_ counters: Entry.Counters) {
        append(" packets=", counters.packets)
        append(" bytes=", counters.bytes)
    }

    private mutating func appendAssurance(_ status: Status) {
        if status.contains(.hardwareOffload) {
            append(" [HW_OFFLOAD]")
        } else if status.contains(.offload) {
            append(" [OFFLOAD]")
        } else if status.contains(.assured) {
            append(" [ASSURED]")
        }
    }

    /// Names of the set bits. If there are none, the library's removal of the last comma removes the equals sign.
    private mutating func appendLabels(_ labels: [UInt8], _ names: LabelNames) {
        if labels.isEmpty { return }
        append(" labels")
        var separator = UInt8(ascii: "=")
        for bit in 0..<labels.count * 8 where labels[bit / 8] & 1 << UInt8(bit % 8) != 0 {
            guard let name = names[bit] else { continue }
            append(byte: separator)
            append(text: name)
            separator = UInt8(ascii: ",")
        }
    }
}
