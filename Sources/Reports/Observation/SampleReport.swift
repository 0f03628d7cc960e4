import Addresses
import Conntrack
import Firewall

extension [Sample] {
    /// A row per sample, in order; none without samples. A packet at FORWARD comes from a real server or a virtual address, and goes to the
    /// client.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal; nil if there is none.
    ///   - clocksAhead: how many seconds local clocks are ahead of UTC at a given time.
    package func text(_ style: Style, width: Int?, clocksAhead: (Moment) -> Int) -> [String] {
        if isEmpty { return [] }
        var table = TextTable(columns: [
            .init(title: "TIME", expendable: 3), .init(title: "HOOK", expendable: 4), .init(title: "CTSTATE"),
            .init(title: "CLASS", expendable: 1), .init(title: "CLIENT"), .init(title: "VIRTUAL"),
            .init(title: "LENGTH", alignsRight: true, expendable: 5), .init(title: "FLAGS", expendable: 2),
        ])
        table.rows = map { sample in
            let headers = sample.headers
            let isAnswer = sample.hook == .forward
            return [
                .init(sample.moment.clockText(ahead: clocksAhead(sample.moment))), .init(sample.hook.name),
                .init(sample.ctstate.name, sample.ctstate == .invalid ? .red : nil),
                .init(headers.packetClass.title), .init(isAnswer ? headers.destinationText : headers.sourceText),
                .init(isAnswer ? headers.sourceText : headers.destinationText), .init(String(headers.length)),
                .init(headers.remark),
            ]
        }
        return table.lines(style, width: width)
    }
}

extension PacketHeaders {
    fileprivate var sourceText: String { Self.text(source, sourcePort) }
    fileprivate var destinationText: String { Self.text(destination, destinationPort) }

    /// What addresses, ports and class do not tell: `FIN,ACK`, `ICMP frag-needed about tcp 10.0.0.100:80 -> 10.0.0.1:4711`.
    package var remark: String {
        if let tcpFlags { return tcpFlags.isEmpty ? "none" : tcpFlags.names.joined(separator: ",") }
        if let icmpName {
            return (family == .ipv4 ? "ICMP " : "ICMPv6 ") + icmpName + (embedded.map { " about \($0.text)" } ?? "")
        }
        if isLaterFragment { return "later fragment" }
        if let sctpChunk { return "chunk \(sctpChunk)" }
        return packetClass == .other ? `protocol`.description : "-"
    }

    fileprivate static func text(_ address: IPAddress, _ port: UInt16?) -> String {
        port.map { Endpoint(address, $0).description } ?? address.description
    }
}

extension EmbeddedFlow {
    fileprivate var text: String {
        "\(`protocol`) \(PacketHeaders.text(source, sourcePort)) -> \(PacketHeaders.text(destination, destinationPort))"
    }
}

extension JSONWriter {
    /// An object of `docs/schema/sample.json`. What does not apply to a packet, or was truncated, is omitted.
    package mutating func sample(_ sample: Sample) {
        let headers = sample.headers
        object { json in
            json.member("time", sample.moment)
            json.member("hook", sample.hook.name)
            json.member("ctstate", sample.ctstate.name)
            json.member("class", headers.packetClass.name)
            json.member("protocol", headers.protocol.description)
            json.end("source", headers.source, headers.sourcePort)
            json.end("destination", headers.destination, headers.destinationPort)
            json.member("length", headers.length)
            if headers.isLaterFragment { json.member("later_fragment", true) }
            if let flags = headers.tcpFlags { json.member("tcp_flags", strings: flags.names) }
            json.optional("sctp_chunk", headers.sctpChunk)
            json.optional("icmp_type", headers.icmpType)
            json.optional("icmp_code", headers.icmpCode)
            json.optional("icmp_name", headers.icmpName)
            if let embedded = headers.embedded { json.member("embedded") { $0.members(of: embedded) } }
            json.member("mark", sample.mark)
            json.optional("input_interface", sample.inputInterface)
            json.optional("output_interface", sample.outputInterface)
        }
    }

    private mutating func members(of flow: EmbeddedFlow) {
        member("protocol", flow.protocol.description)
        end("source", flow.source, flow.sourcePort)
        end("destination", flow.destination, flow.destinationPort)
    }

    private mutating func end(_ name: StaticString, _ address: IPAddress, _ port: UInt16?) {
        member(name) { json in
            json.member("address", address.description)
            json.optional("port", port)
        }
    }
}
