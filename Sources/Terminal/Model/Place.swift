import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Where one was before Enter led to the rows behind one: which tab, and how the tab was arranged that Enter led to.
struct Place: Sendable {
    var tab: Tab
    var before: Target

    enum Target: Sendable {
        case flows(FlowsPane)
        case table(TablePane.Choice)

        var tab: Tab {
            switch self {
            case .flows: .flows
            case .table: .table
            }
        }
    }
}

extension ServiceLine {
    /// The filter that selects its flows; nil if none does.
    var filter: String? {
        switch identity {
        case .service(let service): service.filter
        case .server(let service, let server): "\(service.filter) \(server.serverFilter)"
        case .unknown: nil
        }
    }
}

extension ServerLine {
    /// The filter that selects its flows.
    var filter: String {
        switch identity {
        case .alone(let address): "server=\(address)"
        case .ofService(let service, let server): "\(service.filter) \(server.serverFilter)"
        }
    }
}

extension ObservedDrop {
    /// The filter that selects flows of which such packets were seen.
    var filter: String {
        let owner =
            switch identity.owner {
            case .service(let service): service.filter
            case .address(let address, _): "dst=\(address)"
            }
        return CTState.named.contains(identity.ctstate) ? "\(owner) ctstate=\(identity.ctstate.name)" : owner
    }
}

extension Endpoint {
    /// With port 0 the packet's port is kept.
    fileprivate var serverFilter: String { port == 0 ? "server=\(address)" : "server=\(self)" }
}
