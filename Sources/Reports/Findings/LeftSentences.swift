import IPVS
import Inspection

/// What becomes of connections and templates whose destination takes no new ones.
extension Finding {
    func leftSentence(_ named: Named) -> String {
        let (connections, templates) = (number("connections"), number("templates"))
        let counts = [(connections, "connection"), (templates, "persistence template")].filter { $0.0 > 0 }
        let what = counts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: " and ")
        let verb = connections + templates == 1 ? "is" : "are"
        let start = "\(what) \(verb) of \(Self.list(named.destinations)), "
        let which = named.destinations.count == 1
        let service = named.services.first.map { "of \($0)" } ?? "of any service for it"
        if id == .leftGone {
            return start + "\(which ? "no destination" : "no destinations") \(service) any more: "
                + sentences([connections > 0 ? goneConnections : nil, templates > 0 ? goneTemplates : nil])
        }
        return start + "\(which ? "a destination" : "destinations") \(service) with weight 0: "
            + sentences([
                connections > 0 ? drainedConnections : nil, templates > 0 ? drainedTemplates : nil,
            ])
    }

    private func sentences(_ parts: [String?]) -> String { parts.compactMap(\.self).joined(separator: "; ") + "." }

    private var goneConnections: String {
        let place = "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook)"
        switch self["expire_nodest_conn"] {
        case 0?:
            return
                "IPVS silently drops each packet of the connections until they expire, because net.ipv4.vs.expire_nodest_conn is 0 "
                + place
        case nil:
            return
                "IPVS drops packets of the connections, or ends them, depending on net.ipv4.vs.expire_nodest_conn, which could not be read "
                + place
        case _?:
            return
                "with net.ipv4.vs.expire_nodest_conn=1 the next packet ends a connection: IPVS chooses a real server again if it opens one, drops it if "
                + "conntrack has its entry, and else leaves it to the director's own stack, which resets " + place
        }
    }

    private var goneTemplates: String {
        "the templates bind nobody, and the clients' next connections get any real server "
            + "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_check_template)"
    }

    private var drainedConnections: String {
        "the connections go on until they end"
            + (number("of_udp") > 0 ? "; those of UDP do not end while their clients send" : "")
    }

    private var drainedTemplates: String {
        let place = "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_check_template)"
        switch self["expire_quiescent_template"] {
        case 0?:
            return
                "the templates' clients stay: their next connections go there as well, because net.ipv4.vs.expire_quiescent_template is 0 "
                + place
        case nil:
            return
                "whether the templates' clients stay depends on net.ipv4.vs.expire_quiescent_template, which could not be read "
                + place
        case _?:
            return
                "the templates' clients leave with their next connection, because net.ipv4.vs.expire_quiescent_template is 1 "
                + place
        }
    }
}
