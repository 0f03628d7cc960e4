import Addresses
import Conntrack

/// An entry as `conntrack -L -o save` and `conntrack -E -o save` print it (`ct_save_snprintf` of conntrack-tools' src/conntrack.c): a command
/// that `conntrack --load-file` reads. Its mark, labels, helper and counters are not in it.
///
/// A state without a name in conntrack(8), which prints `(null)`, is shown by its name or number here.
extension ByteBuffer {
    /// One line, with its newline.
    mutating func appendSavedLine(_ entry: Entry, _ event: ConntrackFormat.Event?) {
        switch event?.kind {
        case .new?, nil: append("-A")
        case .update?: append("-U")
        case .destroy?: append("-D")
        }
        if let timeout = entry.timeout { append(" -t ", timeout) }
        appendSavedStatus(entry.status)
        if let zone = entry.zone { append(" -w ", zone) }
        if let zone = entry.original.zone { append(" --orig-zone ", zone) }
        if let zone = entry.reply.zone { append(" --reply-zone ", zone) }
        appendSavedAddresses(entry)
        append(" -p ")
        appendSavedProtocol(entry)
        if let event { appendOrigin(event) }
        append(byte: UInt8(ascii: "\n"))
    }

    private mutating func appendSavedStatus(_ status: Status) {
        let named: [(Status, StaticString)] = [
            (.expected, "EXPECTED"), (.seenReply, "SEEN_REPLY"), (.assured, "ASSURED"),
            (.fixedTimeout, "FIXED_TIMEOUT"),
        ]
        append(" -u ")
        var isFirst = true
        for (bit, name) in named where status.contains(bit) {
            if !isFirst { append(",") }
            append(name)
            isFirst = false
        }
        if isFirst { append("UNSET") }
    }

    /// An address of the reply that NAT has changed is what the connection was translated to.
    private mutating func appendSavedAddresses(_ entry: Entry) {
        let (original, reply) = (entry.original, entry.reply)
        let isDestinationNAT = entry.status.contains(.destinationNATDone) && reply.source != original.destination
        let isSourceNAT = entry.status.contains(.sourceNATDone) && reply.destination != original.source
        append(" -s ", original.source)
        append(" -d ", original.destination)
        append(isDestinationNAT ? " -g " : " -r ", reply.source)
        append(isSourceNAT ? " -n " : " -q ", reply.destination)
    }

    private mutating func appendSavedProtocol(_ entry: Entry) {
        let number = entry.original.protocol
        switch number {
        case .tcp, .udp, .udplite, .sctp, .dccp:
            append(text: number.description)
            appendSavedPorts(entry, " --sport ", " --dport ", " --reply-port-src ", " --reply-port-dst ")
            appendSavedState(entry.state)
        case .gre:
            append("gre")
            appendSavedPorts(entry, " --srckey ", " --dstkey ", " --reply-key-src ", " --reply-key-dst ")
        case .icmp:
            append("icmp")
            appendSavedICMP(entry, " --icmp-type ", " --icmp-code ", " --icmp-id ")
        case .icmpv6:
            append("icmpv6")
            appendSavedICMP(entry, " --icmpv6-type ", " --icmpv6-code ", " --icmpv6-id ")
        default: append(decimal: number.rawValue)
        }
    }

    private mutating func appendSavedICMP(
        _ entry: Entry, _ type: StaticString, _ code: StaticString, _ id: StaticString
    ) {
        guard let icmp = entry.original.icmp else { return }
        append(type, icmp.type)
        append(code, icmp.code)
        append(id, icmp.id)
    }

    private mutating func appendSavedPorts(
        _ entry: Entry, _ source: StaticString, _ destination: StaticString, _ replySource: StaticString,
        _ replyDestination: StaticString
    ) {
        if let ports = entry.original.ports {
            append(source, ports.source)
            append(destination, ports.destination)
        }
        if let ports = entry.reply.ports {
            append(replySource, ports.source)
            append(replyDestination, ports.destination)
        }
    }

    private mutating func appendSavedState(_ state: ProtocolState?) {
        guard let state else { return }
        if let name = state.name {
            append(" --state ")
            append(text: name)
        }
        switch state {
        case .tcp: break
        case .sctp(let sctp):
            // The library has them in host order, and conntrack(8) takes that for network order, both in writing and in reading them.
            if let tag = sctp.verificationTagOriginal { append(" --orig-vtag ", tag.bigEndian) }
            if let tag = sctp.verificationTagReply { append(" --reply-vtag ", tag.bigEndian) }
        case .dccp(let dccp):
            if let role = dccp.role { append(role == 0 ? " --role client" : " --role server") }
        }
    }

    private mutating func append(_ option: StaticString, _ address: IPAddress?) {
        guard let address else { return }
        append(option)
        append(address)
    }
}
