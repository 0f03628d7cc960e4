import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Writes flows as JSON. A million flows have few routes, states, verdicts and reasons: what these determine, most of a flow's text, is made
/// once and copied.
struct FlowMembers {
    private let flows: FlowList
    private let proof: NewEventProof?
    private var texts: [Texts] = []
    /// Where in `texts` those of a kind are.
    private var positions: [UInt64: Int] = [:]
    /// The kinds of the first texts: most directors have only a few, and comparing with each is faster than hashing.
    private var kinds: [UInt64] = []
    private static let mostCompared = 16

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
        let position = position(of: row.kind) ?? learn(row, at: slot)
        json.object { json in
            json.members { $0.append(bytes: texts[position].beginning) }
            json.client(row.client)
            json.members { $0.append(bytes: texts[position].middle) }
            json.numbers(expires: row.isOrphan ? nil : row.expires, row.packets, row.firewallMark)
            json.members { $0.append(bytes: texts[position].end) }
            json.own(
                flows.store.engine(ofSlot: slot), flows.store.doubts(of: row, at: slot),
                flows.store.translation(ofSlot: slot),
                row.hasEntry ? flows.store.entry(ofSlot: slot) : nil)
        }
    }

    private func position(of kind: UInt64) -> Int? {
        guard texts.count == kinds.count else { return positions[kind] }
        for position in kinds.indices where kinds[position] == kind { return position }
        return nil
    }

    private mutating func learn(_ row: FlowRow, at slot: UInt32) -> Int {
        if texts.count >= Self.mostKinds { (texts, positions, kinds) = ([], [:], []) }
        let (flow, proof) = (flows.flow(at: slot), proof)
        texts.append(
            Texts(
                beginning: JSONWriter.bytes { $0.beginning(of: flow) },
                middle: JSONWriter.bytes { $0.middle(of: flow) },
                end: JSONWriter.bytes { $0.end(of: flow, proof) }))
        positions[row.kind] = texts.count - 1
        if kinds.count < Self.mostCompared { kinds.append(row.kind) }
        return texts.count - 1
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
        let connection = flow.connection
        beginning(of: flow)
        client(flow.client)
        middle(of: flow)
        numbers(expires: connection?.expires, connection?.details?.packets, connection?.details?.firewallMark)
        end(of: flow, proof)
        own(connection?.persistenceEngine, flow.doubts, flow.translation, flow.entry)
    }

    fileprivate mutating func beginning(of flow: Flow) { member("protocol", flow.protocol.description) }

    @inline(__always)
    fileprivate mutating func client(_ client: Endpoint) { endpoint("client", client) }

    fileprivate mutating func middle(of flow: Flow) {
        endpoint("virtual", flow.virtual)
        endpoint("destination", flow.connection?.destination)
        identity("service", flow.service)
        member("method", flow.method?.description)
        if flow.isLocal { member("local", true) }
        member("ipvs_state", flow.connection?.state.name)
    }

    @inline(__always)
    fileprivate mutating func numbers(expires: UInt32?, _ packets: UInt32?, _ mark: UInt32?) {
        member("expires", expires)
        member("packets", packets)
        member("fwmark", mark)
    }

    fileprivate mutating func end(of flow: Flow, _ proof: NewEventProof?) {
        flags(flow.connection?.details?.flags)
        member("verdict", flow.verdict.rawValue)
        member("reason", flow.reason.words)
        if flow.verdict == .never, let proof { self.proof("evidence", proof) }
    }

    /// What one flow alone may have.
    fileprivate mutating func own(
        _ engine: String?, _ doubts: [String], _ translation: FlowTranslation?, _ entry: Entry?
    ) {
        optional("persistence_engine", engine)
        if !doubts.isEmpty { member("doubts", strings: doubts) }
        if let translation, translation.isKnown {
            key("nat_rules")
            array {
                for rule in translation.before { $0.rule(rule, "before") }
                for rule in translation.behind { $0.rule(rule, "behind") }
            }
        }
        key("entry")
        if let entry { self.entry(entry) } else { null() }
    }

    private mutating func rule(_ rule: TranslatingRule, _ side: String) {
        object {
            $0.member("ipvs", side)
            $0.member("rule", rule.place)
            $0.optional("text", rule.text.isEmpty ? nil : rule.text)
        }
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
