import Addresses
import Conntrack

/// The conntrack table for people, a row per entry, written while streaming: columns are as wide as their usual values, and a longer value
/// shifts what follows to the right. A narrow terminal loses the least important columns, never part of a value.
package struct EntryTable: Sendable {
    /// What a column shows.
    package enum Column: CaseIterable, Sendable {
        case `protocol`, source, destination, state, status, timeout, mark, zone, packets, bytes
        /// Where replies come from and go to, if not the destination and the source (NAT). Last, since most rows have none.
        case replySource, replyDestination
    }

    let columns: [Column]
    let style: Style
    private let endpointWidth: Int

    static let gap = 2

    /// - Parameters:
    ///   - family: if all entries have the same one.
    ///   - width: columns of the terminal; nil if there is none.
    package init(family: IPAddress.Family? = nil, style: Style, width: Int?) {
        // The longest IPv6 address with a port has 47 characters; most are shorter.
        let endpointWidth = family == .ipv6 ? (width ?? .max) < 160 ? 30 : 47 : 21
        var shown = Column.allCases
        if let width {
            while shown.map({ $0.width(endpointWidth) + Self.gap }).reduce(-Self.gap, +) > width,
                let victim = shown.max(by: { $0.expendability < $1.expendability }), victim.expendability > 0
            {
                shown.removeAll { $0 == victim }
            }
        }
        columns = shown
        self.style = style
        self.endpointWidth = endpointWidth
    }

    package var showsCounters: Bool { columns.contains(.packets) || columns.contains(.bytes) }

    func width(of column: Column) -> Int { column.width(endpointWidth) }
}

extension EntryTable.Column {
    /// In the table's header.
    package var title: StaticString {
        switch self {
        case .protocol: "PROTO"
        case .source: "SOURCE"
        case .destination: "DESTINATION"
        case .state: "STATE"
        case .status: "STATUS"
        case .timeout: "TIMEOUT"
        case .mark: "MARK"
        case .zone: "ZONE"
        case .packets: "PACKETS"
        case .bytes: "BYTES"
        case .replySource: "REPLY-SOURCE"
        case .replyDestination: "REPLY-DESTINATION"
        }
    }

    fileprivate func width(_ endpoint: Int) -> Int {
        switch self {
        case .protocol: 7
        case .source, .destination, .replySource, .replyDestination: endpoint
        case .state: 11
        case .status: 12
        case .timeout: 7
        case .mark: 5
        case .zone: 5
        case .packets: 11
        case .bytes: 15
        }
    }

    var alignsRight: Bool { self == .timeout }

    /// The highest is dropped first if there is not enough space; 0 is never dropped.
    package var expendability: Int {
        switch self {
        case .protocol, .source, .destination: 0
        case .state: 1
        case .status: 2
        case .timeout: 3
        case .replySource: 4
        case .replyDestination: 5
        case .mark: 6
        case .zone: 7
        case .packets: 8
        case .bytes: 9
        }
    }
}

extension ByteBuffer {
    /// The line of titles.
    package mutating func appendTitles(_ table: EntryTable) {
        appendCells(
            table, sizeRightAligned: { $0.title.utf8CodeUnitCount }, colour: { _ in .bold },
            text: { $1.append($0.title) })
    }

    /// The line of an entry.
    package mutating func appendRow(_ entry: Entry, _ table: EntryTable) {
        let timeoutSize = entry.timeout.map(Self.digitCount) ?? 1
        appendCells(
            table, sizeRightAligned: { _ in timeoutSize }, colour: { $0.colour(for: entry) },
            text: { $1.appendCell($0, entry) })
    }

    /// A value that is too long shifts what follows, until a shorter one compensates.
    ///
    /// - Parameter sizeRightAligned: the length of the cell in a right-aligned column.
    @inline(__always)
    private mutating func appendCells(
        _ table: EntryTable, sizeRightAligned: (EntryTable.Column) -> Int,
        colour: (EntryTable.Column) -> Style.Colour?, text: (EntryTable.Column, inout ByteBuffer) -> Void
    ) {
        reserve(Self.longestRow)
        var (position, start) = (0, 0)
        for column in table.columns {
            let width = table.width(of: column)
            let indent = column.alignsRight ? max(0, width - sizeRightAligned(column)) : 0
            let padding = max(position > 0 ? EntryTable.gap : 0, start + indent - position)
            for _ in 0..<padding { append(byte: UInt8(ascii: " ")) }
            position += padding + append(table.style, colour(column)) { text(column, &$0) }
            start += width + EntryTable.gap
        }
        append(byte: UInt8(ascii: "\n"))
    }

    /// Space for every column, so that nothing is flushed while a cell is measured: four addresses, all status bits, colors.
    private static var longestRow: Int { 2048 }
}
