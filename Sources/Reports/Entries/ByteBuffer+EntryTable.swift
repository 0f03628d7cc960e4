import Conntrack

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

    /// A value that is too long pushes what follows, until a shorter one makes up for it.
    ///
    /// - Parameter sizeRightAligned: how long the cell of a column that is aligned right will be.
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

    /// Room for every column, so that nothing is handed over while a cell is measured: four addresses, all status bits, colours.
    private static var longestRow: Int { 2048 }
}
