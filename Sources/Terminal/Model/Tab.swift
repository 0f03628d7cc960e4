import Conntrack
import Inspection

/// What the screen is about. Each has its number, with IPVS and without.
package enum Tab: String, CaseIterable, Sendable {
    case services, servers, flows, drops, table, events, findings, health

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Where space is short.
    var shortTitle: String {
        switch self {
        case .services: "Svcs"
        case .servers: "Srvs"
        case .flows, .drops, .table, .events, .findings, .health: String(title.prefix(4))
        }
    }

    /// From 1.
    var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    /// The one that is shown first.
    package static func first(hasIPVS: Bool) -> Tab { hasIPVS ? .services : .table }

    /// Whether there is nothing to show without IPVS.
    var needsIPVS: Bool { [.services, .servers, .flows, .drops].contains(self) }

    /// Whether its lines are selected, instead of only scrolled.
    var hasSelection: Bool { self != .health }
}

extension Tab {
    /// The names of the columns that the tab can be sorted by or show, including those filled by an observation.
    package var columnNames: [String] {
        switch self {
        case .services: ServiceColumn.allCases.map(\.rawValue)
        case .servers: ServerColumn.allCases.map(\.rawValue)
        case .flows: FlowColumn.allCases.map(\.rawValue)
        case .drops: DropColumn.allCases.map(\.rawValue)
        case .table: EntryColumn.allCases.map(\.rawValue)
        case .events, .findings, .health: []
        }
    }

    /// The words of its filter line; nil if there is nothing to filter.
    package func vocabulary(_ host: HostNames = .none) -> FilterVocabulary? {
        switch self {
        case .services: .services(host)
        case .servers: .servers(host)
        case .flows: .flows(host)
        case .drops: .drops(host)
        case .table: .entries(host)
        case .events: .events(host)
        case .findings, .health: nil
        }
    }
}
