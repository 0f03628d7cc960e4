import IPVS
import Inspection

/// NAT connections whose answers go astray.
extension Finding {
    func natSentence(_ named: Named) -> String {
        if id == .untranslated { return untranslated(named) }
        let (count, all) = (number("unanswered"), number("connections"))
        let servers = Self.list(named.destinations)
        let verb = named.destinations.count == 1 ? "answers" : "answer"
        return
            "\(count) of \(all) TCP connections by NAT \(count == 1 ? "waits" : "wait") for an answer of \(servers) that has not come back "
            + "through the director: \(servers) \(verb) by another route, or not at all. Answers can be translated back to the VIP only here "
            + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_out_hook)."
    }

    private func untranslated(_ named: Named) -> String {
        let count = number("entries")
        let services = Self.list(named.services)
        let (entries, verb) = count == 1 ? ("entry", "expects") : ("entries", "expect")
        return
            "\(count) \(entries) of NAT services (\(services)) \(verb) the VIP's own answers, not a real server's: IPVS did not make "
            + "\(count == 1 ? "it" : "them"), and leaves \(count == 1 ? "it" : "them") as \(count == 1 ? "it is" : "they are") "
            + "(net/netfilter/ipvs/ip_vs_nfct.c, ip_vs_update_conntrack). While packets keep \(count == 1 ? "it" : "them") alive, "
            + "conntrack does not know the real servers' answers."
    }
}
