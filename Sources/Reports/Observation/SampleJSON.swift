import Addresses
import Conntrack
import Firewall

extension JSONWriter {
    /// An object of `docs/schema/sample.json`. What does not apply to a packet, or was cut off, is left out.
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
