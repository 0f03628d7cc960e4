/// A decimal number with this many digits after the point.
func fixed(_ number: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((number * Double(scale)).rounded())
    guard digits > 0 else { return String(scaled) }
    let fraction = String(abs(scaled) % scale)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(scaled < 0 ? "-" : "")\(abs(scaled) / scale).\(zeros)\(fraction)"
}

/// Rows as lines of equally wide columns: the first is left-aligned, the others are right-aligned. The last cell of a
/// row shorter than the others is a remark of any width.
func columns(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
        rows.map { column < ($0.count == count ? count : $0.count - 1) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        var line = ""
        for (column, cell) in row.enumerated() {
            let padding = String(repeating: " ", count: max(widths[column] - cell.count, 0))
            line += column == 0 ? "  " + cell + padding : "  " + padding + cell
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }.joined()
}
