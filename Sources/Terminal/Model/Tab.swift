import Addresses
import Conntrack
import Firewall
import IPVS
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

    /// The words of its filter line that take a value: `state` for `state=SYN_SENT`.
    package var filterWords: [String] {
        switch self {
        case .services: ServiceCondition.words
        case .flows: FlowCondition.words
        case .table: FilterWord.allCases.map(\.rawValue)
        case .events: ["kind"] + FilterWord.allCases.map(\.rawValue)
        case .health: []
        }
    }

    /// The named values of such a word; empty if there are only numbers, addresses, and names from the kernel.
    package func filterValues(of word: String) -> [String] {
        switch (self, word) {
        case (.events, "kind"): EventKind.allCases.map(\.rawValue)
        case (.table, _), (.events, _): FilterWord(name: word)?.namedValues ?? []
        case (.flows, "verdict"): FlowVerdict.allCases.map(\.rawValue)
        case (.flows, "ctstate"): CTState.named.map(\.name)
        case (.flows, "protocol"): IPProtocol.names
        case (.flows, "conntrack"): FilterWord.state.namedValues
        case (.flows, "flag"): ConnectionDetails.Flags.named.map(\.name)
        case (.flows, "method"), (.services, "method"): ForwardingMethod.named.map(\.description)
        default: []
        }
    }
}
