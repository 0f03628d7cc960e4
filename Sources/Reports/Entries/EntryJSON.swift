import Addresses
import Conntrack

extension JSONWriter {
    /// An entry of the conntrack table, as in `docs/schema/entry.json`.
    package mutating func entry(_ entry: Entry) {
        object { json in
            json.members { $0.append(common: entry) }
            if entry.hasExtensions { json.extensions(entry) }
        }
    }

    private mutating func extensions(_ entry: Entry) {
        if let master = entry.master { member("master", master) }
        if !entry.labels.isEmpty { member("labels", hexadecimal(entry.labels)) }
        optional("helper", entry.helper)
        optional("security_context", entry.securityContext)
        adjustment("sequence_adjustment_original", entry.sequenceAdjustmentOriginal)
        adjustment("sequence_adjustment_reply", entry.sequenceAdjustmentReply)
        unknown(entry.unknown)
    }

    mutating func member(_ name: StaticString, _ tuple: Tuple) {
        key(name)
        value { $0.append(json: tuple) }
    }

    private mutating func adjustment(_ name: StaticString, _ adjustment: Entry.SequenceAdjustment?) {
        guard let adjustment else { return }
        member(name) { json in
            json.member("correction_position", adjustment.correctionPosition)
            json.member("offset_before", adjustment.offsetBefore)
            json.member("offset_after", adjustment.offsetAfter)
        }
    }

    mutating func unknown(_ attributes: [UnknownAttribute]) {
        if attributes.isEmpty { return }
        member("unknown", array: attributes) { json, attribute in
            json.object { json in
                json.member("attribute", array: attribute.path) { $0.number($1) }
                json.member("bytes", hexadecimal(attribute.bytes))
            }
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The common members of all entries, written as literals with values between them: this dominates a dump of a million entries.
extension ByteBuffer {
    /// The members, without the braces.
    fileprivate mutating func append(common entry: Entry) {
        append(#""family":"#)
        append(family: entry.family)
        append(#","protocol":""#)
        append(text: entry.original.protocol.description)
        append(#"","protocol_number":"#)
        append(decimal: entry.original.protocol.rawValue)
        append(#","original":"#)
        append(json: entry.original, entry.originalCounters)
        append(#","reply":"#)
        append(json: entry.reply, entry.replyCounters)
        if let state = entry.state?.name {
            append(#","state":""#)
            append(text: state)
            append(#"""#)
        }
        append(#","status":["#)
        append(status: entry.status)
        append("]")
        append(#","timeout":"#, entry.timeout)
        append(#","mark":"#, entry.mark)
        append(#","zone":"#, entry.zone ?? 0)
        append(#","id":"#, entry.id)
        append(#","use":"#, entry.use)
        if let state = entry.state { append(details: state) }
        if let timestamps = entry.timestamps { append(timestamps: timestamps) }
        if let synproxy = entry.synproxy { append(synproxy: synproxy) }
    }

    /// Omitted if nil.
    @inline(__always)
    private mutating func append(_ literal: StaticString, _ number: (some FixedWidthInteger)?) {
        guard let number else { return }
        append(literal)
        append(decimal: number)
    }

    mutating func append(family: UInt8) {
        switch family {
        case 2: append(#""ipv4""#)
        case 10: append(#""ipv6""#)
        default:
            append(#"""#)
            append(decimal: family)
            append(#"""#)
        }
    }

    mutating func append(json tuple: Tuple, _ counters: Entry.Counters? = nil) {
        append(#"{"source":"#)
        append(json: tuple.source)
        append(#","destination":"#)
        append(json: tuple.destination)
        switch tuple.discriminator {
        case .none: break
        case .ports(let source, let destination):
            append(#","source_port":"#, source)
            append(#","destination_port":"#, destination)
        case .icmp(let type, let code, let id):
            append(#","icmp_type":"#, type)
            append(#","icmp_code":"#, code)
            append(#","icmp_id":"#, id)
        }
        append(#","zone":"#, tuple.zone)
        append(#","packets":"#, counters?.packets)
        append(#","bytes":"#, counters?.bytes)
        append("}")
    }

    @inline(__always)
    private mutating func append(json address: IPAddress?) {
        guard let address else { return append("null") }
        append(#"""#)
        append(address)
        append(#"""#)
    }

    private mutating func append(status: Status) {
        var rest = status.rawValue
        while rest != 0 {
            append(#"""#)
            append(text: Status.name(ofBit: rest.trailingZeroBitCount))
            append(#"""#)
            rest &= rest - 1
            if rest != 0 { append(",") }
        }
    }

    private mutating func append(details state: ProtocolState) {
        switch state {
        case .tcp(let tcp):
            append(#","window_scale_original":"#, tcp.scaleOriginal)
            append(#","window_scale_reply":"#, tcp.scaleReply)
            append(#","tcp_flags_original":"#, tcp.flagsOriginal?.flags)
            append(#","tcp_flags_reply":"#, tcp.flagsReply?.flags)
        case .sctp(let sctp):
            append(#","verification_tag_original":"#, sctp.verificationTagOriginal)
            append(#","verification_tag_reply":"#, sctp.verificationTagReply)
        case .dccp(let dccp):
            append(#","dccp_role":"#, dccp.role)
            append(#","dccp_handshake_sequence":"#, dccp.handshakeSequence)
        }
    }

    /// Nanoseconds since 1970 exceed what a double holds exactly, so that jq would round them: they are written as text.
    private mutating func append(timestamps: Entry.Timestamps) {
        if let start = timestamps.start {
            append(#","started_ns":""#, start)
            append(#"""#)
        }
        if let stop = timestamps.stop {
            append(#","stopped_ns":""#, stop)
            append(#"""#)
        }
    }

    private mutating func append(synproxy: Entry.Synproxy) {
        append(#","synproxy":{"initial_sequence":"#, synproxy.initialSequence)
        append(#","initial_timestamp":"#, synproxy.initialTimestamp)
        append(#","timestamp_offset":"#, synproxy.timestampOffset)
        append("}")
    }
}
