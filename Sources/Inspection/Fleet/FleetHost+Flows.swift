import Addresses
import IPVS

/// A connection in a director's store, with what judging it needs.
struct DirectorRow {
    let row: FlowRow
    let route: Route
    let kind: IPVSStateKind
    let state: String
    /// Milliseconds since its last packet; nil if unknown, as where another director told of it.
    let idle: Int64?
    /// Whether no packet of it has come here: another director has it.
    var isLearned: Bool { row.verdict == .synced }
}

extension FleetHost {
    /// All but entries without a connection.
    func forEachRow(_ body: (DirectorRow) -> Void) {
        guard let flows else { return }
        flows.forEachRow { _, row in if !row.isOrphan { body(directorRow(row, flows.store)) } }
    }

    func row(of key: FlowKey) -> DirectorRow? {
        guard let flows, let slot = flows.store.slot(of: key), let row = flows.store[slot], !row.isOrphan else {
            return nil
        }
        return directorRow(row, flows.store)
    }

    private func directorRow(_ row: FlowRow, _ store: FlowStore) -> DirectorRow {
        let route = store.route(of: row)
        let kind = store.stateKinds.indices.contains(Int(row.state)) ? store.stateKinds[Int(row.state)] : .other
        let state = store.state(of: row) ?? ""
        var idle: Int64?
        if route.protocol == .tcp, row.verdict != .synced, let timeout = timeout(kind, state), timeout >= row.expires {
            idle = Int64(timeout - row.expires) * 1000
        }
        return DirectorRow(row: row, route: route, kind: kind, state: state, idle: idle)
    }

    /// For how long IPVS keeps a TCP connection after a packet, in seconds; nil where it is not known. That of SYN_RECV cannot be set
    /// (`tcp_timeouts`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    private func timeout(_ kind: IPVSStateKind, _ state: String) -> UInt32? {
        switch kind {
        case .established: picture.balancer?.configuration.timeouts.tcp
        case .ending: nil
        case .other: state == "SYN_RECV" ? 60 : nil
        }
    }
}
