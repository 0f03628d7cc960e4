import Conntrack
import Inspection

/// What the screen is about.
package enum Tab: String, CaseIterable, Sendable {
    case services, flows, table, events, health

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// With IPVS its services come first, without it the conntrack table.
    static func order(hasIPVS: Bool) -> [Tab] {
        hasIPVS ? allCases : [.table, .events, .health, .services, .flows]
    }
}

extension Tab {
    /// The names of the columns that the tab can be sorted by or show, including those filled by an observation.
    package var columnNames: [String] {
        switch self {
        case .services: ServiceColumn.allCases.map(\.rawValue)
        case .flows: FlowColumn.allCases.map(\.rawValue)
        case .table: EntryColumn.columns.map(\.name)
        case .events, .health: []
        }
    }

    /// The words of its filter line; nil if there is nothing to filter.
    package func vocabulary(_ host: HostNames = .none) -> FilterVocabulary? {
        switch self {
        case .services: .services(host)
        case .flows: .flows(host)
        case .table: .entries(host)
        case .events: .events(host)
        case .health: nil
        }
    }
}
