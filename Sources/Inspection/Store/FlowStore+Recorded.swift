import Addresses
import Conntrack
import IPVS

/// Flows as a record tells of them, in place of readings: each is kept as it was told, and nothing is judged again.
extension FlowStore {
    /// - Parameter services: those that there are from now on.
    mutating func takeRecorded(_ services: [Service]) { slots.take(services, after: readings, []) }

    /// - Parameter second: when it was noticed, by the clock that `countRecorded` goes by.
    mutating func take(_ change: FlowChange, at second: UInt32) {
        let held = slots.find(change.protocol, change.client, change.virtual)
        if change.kind == .ended {
            if let held { remove(at: held) }
            return
        }
        let route = number(
            of: Route.Key(
                protocol: change.protocol, virtual: change.virtual, destination: change.destination, known: nil,
                settled: change.service))
        let slot = held ?? slots.add(FlowRow(client: change.client, route: route, appeared: second))
        if slots.rows[slot].route != route { slots.move(slot, to: route) }
        if held == nil || change.kind == .began || change.kind == .found {
            slots.rows[slot].appeared = second > change.age ? second - change.age : 0
            slots.rows[slot].traits.formUnion(change.kind == .found ? .mayBeOlder : [])
        }
        update(slot, change)
        slots.rows[slot].changed = second
    }

    private mutating func update(_ slot: Int, _ change: FlowChange) {
        slots.rows[slot].verdict = change.verdict
        slots.rows[slot].state = number(of: ConnectionState(change.state ?? ""))
        slots.rows[slot].entryState = PackedState(named: change.entryState, of: change.protocol)
        var traits = slots.rows[slot].traits.union([.isRecorded, .isSettled]).subtracting(.isOrphan)
        let wasOrphan = slots.rows[slot].isOrphan
        if change.verdict == .orphan { traits.insert(.isOrphan) }
        orphans += (change.verdict == .orphan ? 1 : 0) - (wasOrphan ? 1 : 0)
        switch change.kind {
        case .stuck:
            traits.insert(.isRecordedAsStuck)
            if change.reason == .endDropped { traits.insert(.isEndDropped) }
        case .loose, .began, .found: traits.subtract([.isRecordedAsStuck, .isEndDropped])
        case .verdict, .ended: break
        }
        slots.rows[slot].traits = traits
    }

    /// Counts the flows that there are, by verdict.
    mutating func countRecorded(at second: UInt32) {
        self.second = second
        var cells = FlowCells(self)
        for row in slots.rows where row.isShown { cells.count(row) }
        endReading(cells)
    }
}
