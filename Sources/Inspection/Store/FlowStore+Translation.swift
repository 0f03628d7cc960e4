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
    /// False if the rules were not looked through for it: there are too many in too many ways, or the user interrupted that.
    package var isLookedFor = true

    /// False if none was found among those that could be read, and some could not.
    package var isKnown: Bool { isLookedFor && (unread.isEmpty || !before.isEmpty || !behind.isEmpty) }

    /// More are counted.
    private static let mostNamed = 3

    /// In words, as a doubt.
    var text: String {
        guard isLookedFor else {
            return "which rules rewrote its packets is not known: they were not looked through for all flows"
        }
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
    private(set) var original: PartialPacket

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
    /// (net/netfilter/ipvs/ip_vs_core.c), `nf_nat_ipv4_ops` (net/netfilter/nf_nat_proto.c). What this host sends meets LOCAL_OUT and
    /// POST_ROUTING first, and a connection is translated at the first hook for its side (`nf_nat_inet_fn`, net/netfilter/nf_nat_core.c). What
    /// comes from others meets PRE_ROUTING, and is taken from LOCAL_IN to POST_ROUTING, unless this host is the destination
    /// (`__ip_vs_get_out_rt`, net/netfilter/ipvs/ip_vs_xmit.c).
    ///
    /// - Parameter isOwn: whether this host sent the first packet; nil if its addresses are not known.
    func translation(to route: Route, isOwn: Bool?, by rules: TranslationRules) -> FlowTranslation {
        let isServedHere = route.isLocal || route.method == .local
        let (before, behind): ([NetfilterHook], [NetfilterHook]) =
            switch isOwn {
            case true?: ([.localOut], [.postRouting])
            case false?: ([.preRouting], isServedHere ? [.localIn] : [.postRouting])
            case nil: ([.preRouting, .localOut], [.localIn, .postRouting])
            }
        var found = FlowTranslation(unread: rules.unread)
        if isDestination { found.before = rules.rules(for: original, at: before) }
        if isSource { found.behind = rules.rules(for: forwarded(to: route), at: behind) }
        return found
    }

    /// The same for all clients.
    fileprivate var withoutSource: Rewriting {
        var copy = self
        copy.original.source = nil
        return copy
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

    /// So many rules are looked at for all kinds of flows together: that takes about a second.
    private static let mostLooks = 200_000
    /// A kind of flow for which no rule has to be looked at costs something, too.
    private static let mostKinds = 10_000

    /// Says of flows whose packets were rewritten which rules may have done that: many flows are alike. What there is no time for is said of the
    /// rest.
    package mutating func explainTranslated(by rules: TranslationRules, isStopped: () -> Bool = { false }) {
        struct Kind: Hashable {
            var rewriting: Rewriting
            var isOwn: Bool?
            var route: UInt32
        }
        var known: [Kind: FlowTranslation] = [:]
        let most = max(1, min(Self.mostKinds, Self.mostLooks / max(1, rules.count)))
        extras.know(rules)
        // In the same order each time.
        for slot in extras.rewritings.keys.sorted() {
            guard let rewriting = extras.rewritings[slot] else { continue }
            let kind = Kind(
                rewriting: rules.asksForSources ? rewriting : rewriting.withoutSource,
                isOwn: context.isOwn(rewriting.original.source), route: slots.rows[Int(slot)].route)
            if known[kind] == nil, known.count < most, !isStopped() {
                let route = slots.table.routes[Int(kind.route)]
                known[kind] = kind.rewriting.translation(to: route, isOwn: kind.isOwn, by: rules)
            }
            extras.explain(known[kind] ?? FlowTranslation(isLookedFor: false), slot)
        }
    }

    /// The rules that may have rewritten its packets; nil if nothing did, or no rules were read.
    package func translation(ofSlot slot: UInt32) -> FlowTranslation? { extras.translations[slot] }
}

extension FlowContext {
    /// Whether an address is this host's own; nil if its addresses are not known.
    fileprivate func isOwn(_ address: IPAddress?) -> Bool? {
        guard let address, !localAddresses.isEmpty else { return nil }
        return localAddresses.contains(address)
    }
}
