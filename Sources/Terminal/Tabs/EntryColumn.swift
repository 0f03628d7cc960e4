import Addresses
import Conntrack
import Inspection
import Reports

/// The columns of the conntrack table: those of `dump`, and when entries began.
enum EntryColumn: String, CaseIterable {
    case proto, src, dst, state, status, timeout, started, mark, zone, packets, bytes
    case replySource = "reply-src"
    case replyDestination = "reply-dst"

    /// What cells are made from, besides the entry.
    struct Context {
        var names: AddressNames
        var now: Moment
        /// Seconds.
        var clocksAhead: Int
    }

    /// - Parameter haveStarts: whether the kernel keeps when entries began.
    static func columns(haveStarts: Bool) -> [Column<Entry, Context>] {
        allCases.filter { haveStarts || $0 != .started }.map { column in
            Column(
                name: column.rawValue, title: column.title, alignsRight: column.isNumber,
                expendable: column.expendable,
                beginsDescending: [.timeout, .packets, .bytes, .mark, .started].contains(column)
            ) { entry, context in
                let text = column.name(of: entry, context.names) ?? column.text(of: entry, context)
                return Cell(text, column.ink(of: entry))
            }
        }
    }

    /// Nil for what `dump` does not show.
    private var dumped: EntryTable.Column? {
        switch self {
        case .proto: .protocol
        case .src: .source
        case .dst: .destination
        case .state: .state
        case .status: .status
        case .timeout: .timeout
        case .started: nil
        case .mark: .mark
        case .zone: .zone
        case .packets: .packets
        case .bytes: .bytes
        case .replySource: .replySource
        case .replyDestination: .replyDestination
        }
    }

    private var title: String { dumped.map { "\($0.title)" } ?? rawValue.uppercased() }
    private var expendable: Int { dumped?.expendability ?? EntryTable.Column.timeout.expendability + 1 }

    private var isNumber: Bool { [.timeout, .started, .mark, .zone, .packets, .bytes].contains(self) }

    private func text(of entry: Entry, _ context: borrowing Context) -> String {
        if self != .started { return text(of: entry) }
        guard let start = entry.timestamps?.start else { return "-" }
        return Figures.start(Moment(nanoseconds: start), now: context.now, clocksAhead: context.clocksAhead)
    }

    /// As in `dump`, but numbers are short: the details have them in full.
    private func text(of entry: Entry) -> String {
        switch self {
        case .timeout: entry.timeout.map(Figures.clock) ?? "-"
        case .packets: Self.pair(entry.originalCounters?.packets, entry.replyCounters?.packets)
        case .bytes: Self.pair(entry.originalCounters?.bytes, entry.replyCounters?.bytes)
        default: dumped.map(entry.cell) ?? "-"
        }
    }

    /// Nil where there is none to show.
    private func name(of entry: Entry, _ names: borrowing AddressNames) -> String? {
        let (address, port) =
            switch self {
            case .src: (entry.original.source, entry.original.ports?.source)
            case .dst: (entry.original.destination, entry.original.ports?.destination)
            default: (nil, nil) as (IPAddress?, UInt16?)
            }
        guard let address, names.name(address) != nil else { return nil }
        return names.label(address, port)
    }

    /// Original/reply.
    private static func pair(_ original: UInt64?, _ reply: UInt64?) -> String {
        if original == nil, reply == nil { return "-" }
        return "\(Figures.count(original ?? 0))/\(Figures.count(reply ?? 0))"
    }

    private func ink(of entry: Entry) -> Ink {
        guard self == .status else { return .plain }
        return entry.status.contains(.seenReply) ? .good : .caution
    }

    func sortKey(_ row: EntryRow, _ entry: @autoclosure () -> Entry?) -> SortKey {
        switch self {
        case .timeout: return SortKey(row.timeout.map { UInt64($0) + 1 } ?? 0)
        case .mark: return SortKey(UInt64(row.mark))
        case .status: return SortKey(UInt64(row.status.rawValue))
        case .packets: return SortKey(row.packets)
        case .bytes: return SortKey(row.bytes)
        case .started: return SortKey(row.started?.nanoseconds ?? 0)
        default: return entry().map(sortKey) ?? SortKey(.max)
        }
    }

    private func sortKey(_ entry: Entry) -> SortKey {
        switch self {
        case .proto: return SortKey(UInt64(entry.original.protocol.rawValue))
        case .src: return SortKey(entry.original, isSource: true)
        case .dst: return SortKey(entry.original, isSource: false)
        case .zone: return SortKey(UInt64(entry.zone ?? entry.original.zone ?? entry.reply.zone ?? 0))
        case .replySource: return SortKey(entry.reply, isSource: true)
        case .replyDestination: return SortKey(entry.reply, isSource: false)
        default: return SortKey(text: text(of: entry))
        }
    }
}

extension SortKey {
    fileprivate init(_ tuple: Tuple, isSource: Bool) {
        guard let address = isSource ? tuple.source : tuple.destination else {
            self.init(.max)
            return
        }
        self.init(Endpoint(address, (isSource ? tuple.ports?.source : tuple.ports?.destination) ?? 0))
    }
}
