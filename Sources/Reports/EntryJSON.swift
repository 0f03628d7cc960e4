import Addresses
import Conntrack

extension JSONWriter {
    /// An entry of the conntrack table, as `docs/schema/entry.json` has it.
    public mutating func entry(_ entry: Entry) {
        object { json in
            json.family(entry.family)
            json.member("protocol", name: entry.original.protocol.description)
            json.member("protocol_number", entry.original.protocol.rawValue)
            json.tuple("original", entry.original, entry.originalCounters)
            json.tuple("reply", entry.reply, entry.replyCounters)
            if let state = entry.state?.name { json.member("state", name: state) }
            json.status(entry.status)
            json.optional("timeout", entry.timeout)
            json.optional("mark", entry.mark)
            json.member("zone", entry.zone ?? 0)
            json.optional("id", entry.id)
            json.optional("use", entry.use)
            json.protocolState(entry.state)
            json.timestamps(entry.timestamps)
            if entry.hasExtensions { json.extensions(entry) }
        }
    }

    mutating func family(_ number: UInt8) {
        key("family")
        switch number {
        case 2: literal(#""ipv4""#)
        case 10: literal(#""ipv6""#)
        default: string(String(number))
        }
    }

    /// A string that needs no escaping: a name that the program itself has for a number, or the number.
    @inline(__always)
    mutating func member(_ name: StaticString, name value: String) {
        key(name)
        quoted { $0.append(text: value) }
    }

    @inline(__always)
    mutating func member(_ name: StaticString, _ address: IPAddress?) {
        key(name)
        if let address { quoted { $0.append(address) } } else { null() }
    }

    @inline(__always)
    mutating func tuple(_ name: StaticString, _ tuple: Tuple, _ counters: Entry.Counters? = nil) {
        member(name) { json in
            json.member("source", tuple.source)
            json.member("destination", tuple.destination)
            switch tuple.discriminator {
            case .none: break
            case .ports(let source, let destination):
                json.member("source_port", source)
                json.member("destination_port", destination)
            case .icmp(let type, let code, let id):
                json.member("icmp_type", type)
                json.member("icmp_code", code)
                json.member("icmp_id", id)
            }
            json.optional("zone", tuple.zone)
            json.optional("packets", counters?.packets)
            json.optional("bytes", counters?.bytes)
        }
    }

    private mutating func status(_ status: Status) {
        key("status")
        array { json in
            var rest = status.rawValue
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                json.quoted { $0.append(text: Status.name(ofBit: bit)) }
                rest &= rest - 1
            }
        }
    }

    /// Nanoseconds since 1970 are beyond what a double holds exactly, so they are text, too, where jq would round.
    private mutating func timestamps(_ timestamps: Entry.Timestamps?) {
        guard let timestamps else { return }
        if let start = timestamps.start { member("started_ns", name: String(start)) }
        if let stop = timestamps.stop { member("stopped_ns", name: String(stop)) }
    }

    private mutating func extensions(_ entry: Entry) {
        if let master = entry.master { tuple("master", master) }
        if !entry.labels.isEmpty { member("labels", name: hexadecimal(entry.labels)) }
        optional("helper", entry.helper)
        optional("security_context", entry.securityContext)
        adjustment("sequence_adjustment_original", entry.sequenceAdjustmentOriginal)
        adjustment("sequence_adjustment_reply", entry.sequenceAdjustmentReply)
        if let synproxy = entry.synproxy {
            member("synproxy") { json in
                json.member("initial_sequence", synproxy.initialSequence)
                json.member("initial_timestamp", synproxy.initialTimestamp)
                json.member("timestamp_offset", synproxy.timestampOffset)
            }
        }
    }

    private mutating func adjustment(_ name: StaticString, _ adjustment: Entry.SequenceAdjustment?) {
        guard let adjustment else { return }
        member(name) { json in
            json.member("correction_position", adjustment.correctionPosition)
            json.member("offset_before", adjustment.offsetBefore)
            json.member("offset_after", adjustment.offsetAfter)
        }
    }

    private mutating func protocolState(_ state: ProtocolState?) {
        switch state {
        case .tcp(let tcp)?:
            optional("window_scale_original", tcp.scaleOriginal)
            optional("window_scale_reply", tcp.scaleReply)
            optional("tcp_flags_original", tcp.flagsOriginal?.flags)
            optional("tcp_flags_reply", tcp.flagsReply?.flags)
        case .sctp(let sctp)?:
            optional("verification_tag_original", sctp.verificationTagOriginal)
            optional("verification_tag_reply", sctp.verificationTagReply)
        case .dccp(let dccp)?:
            optional("dccp_role", dccp.role)
            optional("dccp_handshake_sequence", dccp.handshakeSequence)
        case nil: break
        }
    }

    private mutating func unknown(_ attributes: [Entry.UnknownAttribute]) {
        if attributes.isEmpty { return }
        member("unknown", array: attributes) { json, attribute in
            json.object { json in
                json.member("attribute", array: attribute.path) { $0.number($1) }
                json.member("bytes", name: hexadecimal(attribute.bytes))
            }
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
