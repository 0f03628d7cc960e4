import Addresses
import IPVS
import Inspection

/// Writes flows as JSON. A million flows have few routes, states, verdicts and reasons: what these determine, most of a flow's text, is made
/// once and copied.
struct FlowMembers {
    private let flows: FlowList
    private let proof: NewEventProof?
    private var known: [UInt64: Texts] = [:]
    private var last: (kind: UInt64, texts: Texts)?

    /// What flows of one kind have in common.
    private struct Texts {
        var beginning: [UInt8]
        var middle: [UInt8]
        var end: [UInt8]
    }

    /// A service by firewall mark may have any number of routes.
    private static let mostKinds = 4096

    init(_ flows: FlowList, _ proof: NewEventProof?) {
        self.flows = flows
        self.proof = proof
    }

    mutating func write(_ row: FlowRow, at slot: UInt32, to json: inout JSONWriter) {
        guard flows.store.isPlain(row, at: slot) else {
            let flow = flows.flow(at: slot)
            return json.object { $0.members(of: flow, proof) }
        }
        if last?.kind != row.kind { learn(row, at: slot) }
        guard let texts = last?.texts else { return }
        json.object { json in
            json.members { $0.append(bytes: texts.beginning) }
            json.client(row.client)
            json.members { $0.append(bytes: texts.middle) }
            json.numbers(expires: row.isOrphan ? nil : row.expires, row.packets, row.firewallMark)
            json.members { $0.append(bytes: texts.end) }
        }
    }

    private mutating func learn(_ row: FlowRow, at slot: UInt32) {
        if let texts = known[row.kind] { return last = (row.kind, texts) }
        let (flow, proof) = (flows.flow(at: slot), proof)
        let texts = Texts(
            beginning: JSONWriter.bytes { $0.beginning(of: flow) }, middle: JSONWriter.bytes { $0.middle(of: flow) },
            end: JSONWriter.bytes { $0.end(of: flow, proof) })
        if known.count >= Self.mostKinds { known.removeAll(keepingCapacity: true) }
        known[row.kind] = texts
        last = (row.kind, texts)
    }
}

extension JSONWriter {
    /// What a few members look like.
    fileprivate static func bytes(_ fill: (inout JSONWriter) -> Void) -> [UInt8] {
        let text = TextCollector()
        var json = JSONWriter { text.append($0) }
        fill(&json)
        json.flush()
        return text.bytes
    }

    mutating func members(of flow: Flow, _ proof: NewEventProof?) {
        beginning(of: flow)
        client(flow.client)
        middle(of: flow)
        let details = flow.connection?.details
        numbers(expires: flow.connection?.expires, details?.packets, details?.firewallMark)
        end(of: flow, proof)
    }

    fileprivate mutating func beginning(of flow: Flow) { member("protocol", flow.protocol.description) }

    @inline(__always)
    fileprivate mutating func client(_ client: Endpoint) { endpoint("client", client) }

    fileprivate mutating func middle(of flow: Flow) {
        endpoint("virtual", flow.virtual)
        endpoint("destination", flow.connection?.destination)
        identity("service", flow.service)
        member("method", flow.method?.description)
        member("ipvs_state", flow.connection?.state)
    }

    @inline(__always)
    fileprivate mutating func numbers(expires: UInt32?, _ packets: UInt32?, _ mark: UInt32?) {
        member("expires", expires)
        member("packets", packets)
        member("fwmark", mark)
    }

    fileprivate mutating func end(of flow: Flow, _ proof: NewEventProof?) {
        flags(flow.connection?.details?.flags)
        optional("persistence_engine", flow.connection?.persistenceEngine)
        member("verdict", flow.verdict.rawValue)
        member("reason", flow.reason.words)
        if flow.verdict == .never, let proof { self.proof("evidence", proof) }
        if !flow.doubts.isEmpty { member("doubts", strings: flow.doubts) }
        key("entry")
        if let entry = flow.entry { self.entry(entry) } else { null() }
    }

    /// Null if they are not known.
    mutating func flags(_ flags: ConnectionDetails.Flags?) {
        key("flags")
        if let flags { array { for name in flags.names { $0.string(name) } } } else { null() }
    }
}

private final class TextCollector {
    private(set) var bytes: [UInt8] = []

    func append(_ piece: RawSpan) { piece.withUnsafeBytes { bytes += $0 } }
}
