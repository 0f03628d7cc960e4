import Addresses
import Conntrack
import IPVS

/// What becomes of flows from one reading to the next: those of a `FlowStore` are compared with what they were at the reading before.
///
/// A flow that begins and ends between two readings is not seen. A flow takes 48 bytes.
package struct FlowChronicle: Sendable {
    /// A flow as the last reading that listed it had it, by slot.
    struct Kept {
        var client: Endpoint
        /// In `routes`.
        var route: UInt32
        var appeared: UInt32
        /// The second of that reading.
        var listed: UInt32
        /// It was not stuck, if this is 0, or has been since then, plus one.
        var stuckSincePlusOne: UInt32 = 0
        /// Earlier, in seconds.
        var stuckBefore: UInt32 = 0
        var verdict: FlowVerdict
        var state: UInt8
        var entryState: PackedState

        /// In all, until the last reading that listed it.
        var stuckFor: UInt32 {
            stuckBefore &+ (stuckSincePlusOne > 0 ? listed &- (stuckSincePlusOne - 1) : 0)
        }
    }

    private var kept: [Kept?] = []
    /// Those of the last reading: the store may number its own differently in each.
    private var routes: [Route] = []
    private var wasWhole = false

    package init() {}

    /// Compares after a reading has ended, and takes what it has found.
    ///
    /// - Parameter each: gets each change, in the order of the slots; a flow that ended before the one that has its place now.
    package mutating func take(_ store: FlowStore, _ each: (FlowChange) -> Void) {
        let before = routes
        routes = store.routes
        let rows = store.slots.rows.span
        if kept.count < rows.count { kept += Array(repeating: nil, count: rows.count - kept.count) }
        for slot in rows.indices {
            if let old = kept[slot] {
                if rows[slot].traits.contains(.isHeld), isSame(rows[slot], old, before) {
                    if rows[slot].isShown { go(on: slot, old, rows[slot], store, each) } else { move(slot, rows[slot]) }
                    continue
                }
                each(change(.ended, old, before, store))
                kept[slot] = nil
            }
            if rows[slot].isShown { begin(slot, rows[slot], store, each) }
        }
        wasWhole = store.areConnectionsWhole
    }

    private func isSame(_ row: FlowRow, _ old: Kept, _ before: [Route]) -> Bool {
        guard row.client == old.client, row.appeared == old.appeared else { return false }
        let (one, other) = (before[Int(old.route)], routes[Int(row.route)])
        return one.virtual == other.virtual && one.protocol == other.protocol
    }

    /// One that the reading did not list may only have been skipped.
    private mutating func move(_ slot: Int, _ row: FlowRow) { kept[slot]?.route = row.route }

    private mutating func begin(_ slot: Int, _ row: FlowRow, _ store: FlowStore, _ each: (FlowChange) -> Void) {
        let reason = store.stuckReason(of: row)
        var new = Kept(
            client: row.client, route: row.route, appeared: row.appeared, listed: store.second, verdict: row.verdict,
            state: row.state, entryState: row.entryState)
        each(change(wasWhole ? .began : .found, new, routes, store))
        if let reason {
            new.stuckSincePlusOne = store.second + 1
            each(change(.stuck, new, routes, store, reason: reason))
        }
        kept[slot] = new
    }

    private mutating func go(
        on slot: Int, _ old: Kept, _ row: FlowRow, _ store: FlowStore, _ each: (FlowChange) -> Void
    ) {
        var new = old
        (new.route, new.listed, new.verdict) = (row.route, store.second, row.verdict)
        (new.state, new.entryState) = (row.state, row.entryState)
        if new.verdict != old.verdict {
            each(change(.verdict, new, routes, store, before: old.verdict))
        }
        let reason = store.stuckReason(of: row)
        if let reason, new.stuckSincePlusOne == 0 {
            new.stuckSincePlusOne = store.second + 1
            each(change(.stuck, new, routes, store, reason: reason))
        } else if reason == nil, new.stuckSincePlusOne > 0 {
            new.stuckBefore = new.stuckFor
            new.stuckSincePlusOne = 0
            each(change(.loose, new, routes, store))
        }
        kept[slot] = new
    }

    private func change(
        _ kind: FlowChange.Kind, _ flow: Kept, _ routes: [Route], _ store: FlowStore, before: FlowVerdict? = nil,
        reason: StuckReason? = nil
    ) -> FlowChange {
        let route = routes[Int(flow.route)]
        let isOrphan = flow.verdict == .orphan
        return FlowChange(
            kind: kind, protocol: route.protocol, client: flow.client, virtual: route.virtual,
            destination: route.destination, service: route.service, verdict: flow.verdict, before: before,
            state: isOrphan ? nil : store.stateName(flow.state), entryState: flow.entryState.name, reason: reason,
            age: flow.listed &- flow.appeared, stuckFor: flow.stuckFor)
    }
}
