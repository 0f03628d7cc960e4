import Conntrack
import IPVS

/// What the rows show.
extension FlowStore {
    /// Slots are numbered from 0 to this; some may not show a flow.
    package var slotCount: Int { slots.rows.count }

    /// Nil if the slot does not show a flow (any more).
    package subscript(slot: UInt32) -> FlowRow? {
        guard slots.rows.indices.contains(Int(slot)), slots.rows[Int(slot)].isShown else { return nil }
        return slots.rows[Int(slot)]
    }

    package func route(of row: FlowRow) -> Route { slots.route(of: row) }

    /// Identifies a row's flow across readings.
    package func key(of row: FlowRow) -> FlowKey { slots.key(of: row) }

    /// The slot of a flow; nil if the store does not have it.
    package func slot(of key: FlowKey) -> UInt32? { slots.find(key.protocol, key.client, key.server).map(UInt32.init) }

    /// IPVS's name for the connection's state; nil for an orphan.
    package func state(of row: FlowRow) -> String? { row.isOrphan ? nil : stateName(row.state) }

    /// - Parameter number: of a row, now or earlier.
    func stateName(_ number: UInt8) -> String { stateNames[Int(number)] }

    /// Whether the kernel's own table has any of the connections that the last reading listed.
    package var hasDetails: Bool { routes.contains { $0.known != nil && $0.counts.connections > 0 } }

    /// The state of its conntrack entry: the protocol's state, or `entry` if the protocol has none; nil if there is no entry.
    package func entryState(of row: FlowRow) -> String? { row.entryState.name }

    /// The whole entry of a flow, as the last reading found it; nil when it has none, or entries are not kept.
    package func entry(ofSlot slot: UInt32) -> Entry? { extras.entry(of: slot) }
}
