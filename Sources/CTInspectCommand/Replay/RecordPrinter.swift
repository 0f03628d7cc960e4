import Addresses
import Conntrack
import Inspection
import Netlink
import Reports

/// Prints the lines of a record that are wanted.
final class RecordPrinter {
    private let since: Moment?
    private let until: Moment?
    private let filter: FilterExpression?
    private let isJSON: Bool
    private var text: [UInt8] = []
    /// Lines that are none of a record.
    private(set) var unknown = 0

    private static let pieceSize = 1 << 16

    init(since: Moment?, until: Moment?, _ filter: FilterExpression?, asJSON: Bool) {
        (self.since, self.until, self.filter, isJSON) = (since, until, filter, asJSON)
    }

    /// - Parameter line: without its end.
    /// - Returns: whether to go on.
    func take(_ line: RawSpan) -> Bool {
        if isJSON, since == nil, until == nil, filter == nil {
            append(line)
        } else if let read = RecordLine(line.copy(0..<line.byteCount)) {
            if isWanted(read) { if isJSON { append(line) } else { append(read.text) } }
        } else {
            unknown += 1
        }
        return true
    }

    private func isWanted(_ line: RecordLine) -> Bool {
        if let since, line.time.nanoseconds < since.nanoseconds { return false }
        if let until, line.time.nanoseconds >= until.nanoseconds { return false }
        return filter?.accepts(FilteredRecord(line)) ?? true
    }

    private func append(_ line: RawSpan) {
        line.withUnsafeBytes { text += $0 }
        endLine()
    }

    private func append(_ line: String) {
        text += Array(line.utf8)
        endLine()
    }

    private func endLine() {
        text.append(UInt8(ascii: "\n"))
        if text.count >= Self.pieceSize { flush() }
    }

    func flush() {
        Output.write(text.span.bytes)
        text.removeAll(keepingCapacity: true)
    }
}
