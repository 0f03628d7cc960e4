import Conntrack

extension Tab {
    /// The names of the columns that the tab can be sorted by, or show, those that an observation fills among them.
    public var columnNames: [String] {
        switch self {
        case .services: ServiceColumn.allCases.map(\.rawValue)
        case .flows: FlowColumn.columns.map(\.name)
        case .table: EntryColumn.columns.map(\.name)
        case .events, .health: []
        }
    }

    /// The words that its filter line takes a value for: `state` for `state=SYN_SENT`.
    public var filterWords: [String] {
        switch self {
        case .services: ServiceCondition.words
        case .flows: FlowCondition.words
        case .table: FilterWord.allCases.map(\.rawValue)
        case .events: ["kind"] + FilterWord.allCases.map(\.rawValue)
        case .health: []
        }
    }
}
