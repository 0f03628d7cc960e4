import IPVS

/// Which connections were learned from another director's sync daemon, where they are read from /proc: the kernel's own table says it in
/// their flags.
extension FlowStore {
    /// What IPVS has configured, read after `begin`.
    ///
    /// - Parameter isBackup: whether a sync daemon receives here.
    package mutating func know(_ timeouts: Director.Timeouts, isBackup: Bool) {
        (context.timeouts, context.isBackup) = (timeouts, isBackup)
    }

    /// A sync daemon runs here, so some may have been learned: of those whose origin does not follow, nothing is certain.
    package mutating func expectOrigins() { needsOrigins = true }

    /// Takes connections with their origin (`Connection.isSynchronized`), after `endConnections`.
    package mutating func takeOrigins(_ connections: [Connection]) {
        for connection in connections {
            guard let isSynchronized = connection.isSynchronized,
                let slot = slots.find(connection.protocol, connection.client, connection.virtual)
            else { continue }
            slots.rows[slot].traits.insert(.hasOrigin)
            if isSynchronized { slots.rows[slot].traits.insert(.isSynchronized) }
        }
    }
}

extension FlowRow {
    /// How a connection that another director told of stands to packets here.
    enum Synchronization {
        /// It was made here, or packets have come since it was last told of.
        case ours
        /// No packet has come since.
        case theirs
        /// It was told of, and whether packets have come since is not known.
        case perhapsTheirs
    }

    /// - Parameter threshold: `FlowContext.syncThreshold`. With fewer packets than that the setting has changed since.
    @inline(__always)
    func synchronization(_ threshold: UInt32?) -> Synchronization {
        guard traits.contains(.isSynchronized) else { return .ours }
        guard let packets, let threshold, packets >= threshold else { return .perhapsTheirs }
        return packets == threshold ? .theirs : .ours
    }
}
