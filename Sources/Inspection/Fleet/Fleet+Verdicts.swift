import Addresses
import IPVS
import Sockets

/// What two captures of different moments prove of a connection.
extension Fleet {
    func verdict(_ found: DirectorRow, _ director: Int, _ server: Int?, _ served: ServedConnection?) -> FleetVerdict {
        guard let server else { return .unknown }
        let knowledge = hosts[server].served
        let isTCP = found.route.protocol == .tcp
        let progress = served?.progress(areSocketsKnown: isTCP && knowledge.isComplete)
        // Of others there are entries at most, and of UDP no end.
        if !isTCP, progress == nil { return .unknown }
        if found.kind == .ending { return .closing }
        guard let progress else {
            // A host without conntrack's hooks has no entries, whatever it serves.
            if !knowledge.isComplete, knowledge.entriesMissing != nil || knowledge.isEmpty { return .unknown }
            guard hadEnded(found, director, server) else { return .unclear }
            return found.kind == .established ? .stuck : .unanswered
        }
        switch progress {
        case .open: return .open
        case .halfClosed: return found.kind == .established ? .halfClosed : .open
        case .ended: return wasEnded(served, director, server) ? .stuck : .unclear
        }
    }

    /// Whether one that the real server does not have had ended when the director was read. It must have begun before the real server was
    /// read, as its last packet did; and if that was later, it may have ended in between.
    private func hadEnded(_ found: DirectorRow, _ director: Int, _ server: Int) -> Bool {
        guard let idle = found.idle, found.kind == .established || found.state == "SYN_RECV" else { return false }
        let (gap, slack) = (gap(director, server), slack(director, server))
        return gap <= slack && idle > slack + max(0, -gap)
    }

    /// Whether one that the real server knows to have ended did so before the director was read.
    private func wasEnded(_ served: ServedConnection?, _ director: Int, _ server: Int) -> Bool {
        let gap = gap(director, server)
        guard let ended = served?.socket?.ended else { return gap <= 0 }
        return Int64(ended) > gap
    }

    /// Whether another director should have been told of a connection: it is established, had packets enough, and had them before that
    /// director was read.
    ///
    /// Source: net/netfilter/ipvs/ip_vs_sync.c, `ip_vs_sync_conn_needed`.
    func shouldKnow(_ partner: Int, _ found: DirectorRow, _ director: Int) -> Bool {
        guard hosts[partner].hasAllConnections, found.kind == .established || found.route.protocol == .udp,
            found.row.packets.map({ $0 >= hosts[director].syncThreshold }) ?? true,
            let service = found.route.service, hosts[partner].toldServices.contains(service)
        else { return false }
        let gap = hosts[partner].connectionsAt - hosts[director].connectionsAt
        return gap >= 0 || (found.idle ?? 0) > slack(director, partner) - gap
    }
}
