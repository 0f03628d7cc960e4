import Addresses
import Conntrack
import Firewall
import IPVS

/// Which rules may have rewritten the packets of a flow whose entry does not have its addresses.
package struct FlowTranslation: Hashable, Sendable {
    /// Rules that changed where packets go, at hooks before IPVS.
    package var before: [TranslatingRule] = []
    /// Rules that changed where packets come from, at hooks behind IPVS.
    package var behind: [TranslatingRule] = []
    /// What of the rules could not be read, and why.
    package var unread: [String] = []

    /// False if none was found among those that could be read, and some could not.
    package var isKnown: Bool { unread.isEmpty || !before.isEmpty || !behind.isEmpty }

    /// More are counted.
    private static let mostNamed = 3

    /// In words, as a doubt.
    var text: String {
        let found = [Self.words("before IPVS", before), Self.words("behind IPVS", behind)].compactMap(\.self)
        let gap = unread.first.map { "not all rules could be read: \($0)" }
        if found.isEmpty {
            return gap.map { "which rules rewrote its packets is not known: \($0)" }
                ?? "of the rules that are there now none was found that rewrites its packets"
        }
        return
            "rules that may have rewritten its packets: \((found + [gap].compactMap(\.self)).joined(separator: "; "))"
    }

    private static func words(_ place: String, _ rules: [TranslatingRule]) -> String? {
        guard !rules.isEmpty else { return nil }
        let named = rules.prefix(mostNamed).map { $0.text.isEmpty ? $0.place : "\($0.place) (\($0.text))" }
        let more = rules.count > mostNamed ? " and \(rules.count - mostNamed) more" : ""
        return "\(place) \(named.joined(separator: ", "))\(more)"
    }
}

/// What NAT rules did to the packets of an entry (`IPS_DST_NAT`, `IPS_SRC_NAT`), and from what the rules are told.
struct Rewriting: Hashable, Sendable {
    let isDestination: Bool
    let isSource: Bool
    let original: PartialPacket

    /// Nil if no rule did anything, or nothing is known of the entry.
    init?(_ entry: Entry) {
        isDestination = entry.status.contains(.destinationNAT)
        isSource = entry.status.contains(.sourceNAT)
        let tuple = entry.original
        guard isDestination || isSource, let source = tuple.source else { return nil }
        original = PartialPacket(
            source.family, tuple.protocol, from: source, to: tuple.destination, port: tuple.ports?.destination)
    }

    /// IPVS's hooks are LOCAL_IN and LOCAL_OUT, right before source NAT and right behind destination NAT: `ip_vs_ops4`
    /// (net/netfilter/ipvs/ip_vs_core.c), `nf_nat_ipv4_ops` (net/netfilter/nf_nat_proto.c).
    func translation(to route: Route, by rules: TranslationRules) -> FlowTranslation {
        var found = FlowTranslation(unread: rules.unread)
        if isDestination { found.before = rules.rules(for: original, at: [.preRouting, .localOut]) }
        if isSource { found.behind = rules.rules(for: forwarded(to: route), at: [.localIn, .postRouting]) }
        return found
    }

    /// As IPVS sends it on: its tunnels' packets, and whatever else it does not know, go anywhere.
    private func forwarded(to route: Route) -> PartialPacket {
        var packet = original
        let end: Endpoint?
        switch route.method {
        case .nat: end = route.destination
        case .dr, .local: end = route.virtual
        default: end = nil
        }
        (packet.destination, packet.destinationPort) = (end?.address, end?.port)
        if end == nil { packet.protocol = nil }
        return packet
    }
}

extension FlowStore {
    /// Whether the last reading joined flows whose packets rules rewrote.
    package var hasTranslated: Bool { !extras.rewritings.isEmpty }

    /// What rules are known to it.
    package var translationRules: TranslationRules? { extras.rules }

    /// Says of flows whose packets were rewritten which rules may have done that: many flows are alike.
    package mutating func explainTranslated(by rules: TranslationRules) {
        struct Kind: Hashable {
            var rewriting: Rewriting
            var route: UInt32
        }
        var known: [Kind: FlowTranslation] = [:]
        extras.know(rules)
        for (slot, rewriting) in extras.rewritings {
            let kind = Kind(rewriting: rewriting, route: slots.rows[Int(slot)].route)
            let found = known[kind] ?? rewriting.translation(to: slots.table.routes[Int(kind.route)], by: rules)
            known[kind] = found
            extras.explain(found, slot)
        }
    }

    /// The rules that may have rewritten its packets; nil if nothing did, or no rules were read.
    package func translation(ofSlot slot: UInt32) -> FlowTranslation? { extras.translations[slot] }
}
