import Inspection

extension EntryTally {
    /// A row per value, and how many were left out.
    package func text(top most: Int, _ style: Style) -> [String] {
        var table = TextTable(columns: [
            .init(title: "ENTRIES", alignsRight: true), .init(title: "SHARE", alignsRight: true),
            .init(title: subject.rawValue.uppercased()),
        ])
        let rows = top(most)
        table.rows = rows.map { row in
            [.init("\(row.amount.count)"), .init(share(of: row)), .init(row.value)]
        }
        let entries = total.count
        let others = entries - rows.reduce(0) { $0 + $1.amount.count }
        var lines = entries == 0 ? [] : table.lines(style, width: nil)
        let left = values - rows.count
        let rest = left > 0 ? "; \(others) of them have \(left) other value\(left == 1 ? "" : "s")" : ""
        lines.append("\(entries) \(entries == 1 ? "entry" : "entries")\(rest).")
        return lines
    }

    /// With one decimal, rounded down.
    private func share(of row: TallyRow) -> String {
        let tenths = total.count == 0 ? 0 : row.amount.count * 1000 / total.count
        return "\(tenths / 10).\(tenths % 10)%"
    }

    /// The document of `dump --top … --json`.
    ///
    /// - Parameter isWhole: whether every entry was counted exactly once.
    package func writeJSON(top most: Int, isWhole: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("dump")
            json.member("entries", total.count)
            json.member("complete", isWhole)
            json.member("top", subject.rawValue)
            json.member("values", values)
            json.member("rows", array: top(most)) { json, row in
                json.object { json in
                    json.member("value", row.value)
                    json.member("entries", row.amount.count)
                }
            }
        }
        json.finish()
    }
}
