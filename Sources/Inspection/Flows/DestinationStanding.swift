import Addresses
import IPVS

/// What the destination of a connection, or of a template, is to the current services.
package enum DestinationStanding: Sendable {
    /// It takes new connections, or whether it does is not known.
    case active
    /// Of weight 0: it takes no new ones.
    case drained
    /// No service that the connection can belong to has it any more.
    case gone
}

extension ServiceIndex {
    /// - Parameter candidates: the services that it can belong to and that have the destination.
    func standing(of connection: Connection, _ candidates: [Candidate]) -> DestinationStanding {
        guard candidates.isEmpty else { return candidates.allSatisfy(\.isDrained) ? .drained : .active }
        // `ip_vs_bypass_xmit` needs no destination.
        let isBypassed = connection.details?.method == .bypass || connection.destination.address.isUnspecified
        return isBypassed || hasOther(connection) ? .active : .gone
    }

    /// A connection to no service's port may be one that a helper made (FTP data), or that the service for all ports took: its destination's
    /// address is all that tells.
    private func hasOther(_ connection: Connection) -> Bool {
        if let mark = connection.templateFwmark {
            return !hasMark(mark, connection.client.address.family)
                && isAnywhere(connection.destination.address)
        }
        if hasExactly(connection) { return false }
        return isAnywhere(connection.destination.address, behind: connection.virtual.address)
    }
}

extension IPAddress {
    var isUnspecified: Bool { high == 0 && low == 0 }
}

extension FlowStore {
    /// Whether there are connections of destinations that no service has.
    package var hasGone: Bool { routes.contains { $0.standing == .gone } }

    /// Takes the services once more, after the connections: a destination that was added in between is not gone.
    ///
    /// - Parameter areAll: if false, one that is missing among them may only be unread, and is not said to be gone.
    package mutating func takeAgain(_ services: [Service], areAll: Bool) {
        let later = ServiceIndex(services)
        for number in slots.table.routes.indices where routes[number].standing == .gone {
            slots.table.routes[number].reconsider(later)
            if !areAll, routes[number].standing == .gone { slots.table.routes[number].standing = .active }
        }
    }
}
