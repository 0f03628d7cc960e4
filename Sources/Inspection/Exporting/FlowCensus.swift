import Addresses
import IPVS

/// How many flows there are: by service and verdict, and of IPVS's connections by protocol and state.
package struct FlowCensus: Sendable {
    /// What IPVS's connections are counted by.
    package struct Kind: Hashable, Sendable {
        package var `protocol`: IPProtocol
        /// IPVS's name for it.
        package var state: String
        /// Learned from another director's sync daemon.
        package var isSynchronized: Bool
    }

    /// In the order of ipvsadm(8); flows of no known service come last.
    package var services: [ServiceSummary]
    package var connections: [Kind: Int]
    /// Persistence templates.
    package var templates: Int
    package var losses: [Loss]

    package init(_ snapshot: FlowSnapshot) {
        let summaries = snapshot.summaries
        services = summaries
        templates = summaries.reduce(0) { $0 + $1.templates }
        losses = snapshot.losses
        connections = snapshot.report.flows.store.census
        if !snapshot.connections.isWhole {
            losses.append(Loss("the connections of IPVS", snapshot.connections.words))
        }
    }
}

extension FlowStore {
    fileprivate var census: [FlowCensus.Kind: Int] {
        // By number: a million rows are not hashed by their names.
        var counts = Array(repeating: 0, count: 256 << 9)
        for row in slots.rows where row.isShown && !row.isOrphan {
            let isSynchronized = row.traits.contains(.isSynchronized)
            let transport = Int(routes[Int(row.route)].protocol.rawValue)
            counts[transport << 9 | Int(row.state) << 1 | (isSynchronized ? 1 : 0)] += 1
        }
        var census: [FlowCensus.Kind: Int] = [:]
        for (number, count) in counts.enumerated() where count > 0 {
            let kind = FlowCensus.Kind(
                protocol: IPProtocol(rawValue: UInt8(number >> 9)), state: stateNames[number >> 1 & 0xFF],
                isSynchronized: number & 1 != 0)
            census[kind, default: 0] += count
        }
        return census
    }
}
