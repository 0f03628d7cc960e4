import Addresses
import Conntrack

extension JSONWriter {
    /// An entry of the conntrack table, as `docs/schema` has it.
    public mutating func entry(_ entry: Entry) {
        object { json in
            json.member("family", familyName(entry.family))
            json.member("protocol", entry.original.protocol.description)
            json.member("protocol_number", entry.original.protocol.rawValue)
            json.tuple("original", entry.original, entry.originalCounters)
            json.tuple("reply", entry.reply, entry.replyCounters)
            if let master = entry.master { json.tuple("master", master, nil) }
            json.optional("state", entry.state?.name)
            json.member("status", strings: entry.status.names)
            json.optional("timeout", entry.timeout)
            json.optional("mark", entry.mark)
            json.member("zone", entry.zone ?? 0)
            json.optional("id", entry.id)
            json.optional("use", entry.use)
            json.extensions(entry)
            json.protocolState(entry.state)
            json.unknown(entry.unknown)
        }
    }

    private mutating func tuple(_ name: String, _ tuple: Tuple, _ counters: Entry.Counters?) {
        member(name) { json in
            json.member("source", tuple.source?.description)
            json.member("destination", tuple.destination?.description)
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

    private mutating func extensions(_ entry: Entry) {
        if !entry.labels.isEmpty { member("labels", hexadecimal(entry.labels)) }
        optional("helper", entry.helper)
        optional("security_context", entry.securityContext)
        if let timestamps = entry.timestamps {
            // Nanoseconds since 1970 are beyond what a double holds exactly, so they are text, too, where jq would round.
            optional("started_ns", timestamps.start.map(String.init))
            optional("stopped_ns", timestamps.stop.map(String.init))
        }
        for (name, adjustment) in [
            ("sequence_adjustment_original", entry.sequenceAdjustmentOriginal),
            ("sequence_adjustment_reply", entry.sequenceAdjustmentReply),
        ] {
            guard let adjustment else { continue }
            member(name) { json in
                json.member("correction_position", adjustment.correctionPosition)
                json.member("offset_before", adjustment.offsetBefore)
                json.member("offset_after", adjustment.offsetAfter)
            }
        }
        if let synproxy = entry.synproxy {
            member("synproxy") { json in
                json.member("initial_sequence", synproxy.initialSequence)
                json.member("initial_timestamp", synproxy.initialTimestamp)
                json.member("timestamp_offset", synproxy.timestampOffset)
            }
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
                json.member("bytes", hexadecimal(attribute.bytes))
            }
        }
    }
}

private func familyName(_ family: UInt8) -> String {
    switch family {
    case 2: "ipv4"
    case 10: "ipv6"
    default: String(family)
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
