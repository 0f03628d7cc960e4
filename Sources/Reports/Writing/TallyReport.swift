import Inspection

extension RowTally {
    /// A row per value, and how many were left out.
    ///
    /// - Parameter noun: what is counted: one, and several.
    package func text(top most: Int, _ noun: (one: String, several: String), _ style: Style) -> [String] {
        var table = TextTable(columns: [
            .init(title: noun.several.uppercased(), alignsRight: true), .init(title: "SHARE", alignsRight: true),
            .init(title: subject.rawValue.uppercased()),
        ])
        let rows = top(most, by: .count)
        table.rows = rows.map { row in
            [.init("\(row.amount.count)"), .init(share(of: row)), .init(row.value.printable)]
        }
        let all = total.count
        let others = all - rows.reduce(0) { $0 + $1.amount.count }
        var lines = all == 0 ? [] : table.lines(style, width: nil)
        let left = values - rows.count
        let rest = left > 0 ? "; \(others) of them have \(left) other value\(left == 1 ? "" : "s")" : ""
        lines.append("\(all) \(all == 1 ? noun.one : noun.several)\(rest).")
        return lines
    }

    /// With one decimal, rounded down.
    private func share(of row: TallyRow) -> String {
        let tenths = total.count == 0 ? 0 : row.amount.count * 1000 / total.count
        return "\(tenths / 10).\(tenths % 10)%"
    }
}

extension EntryTally {
    /// As of `dump --top`.
    package func text(top most: Int, _ style: Style) -> [String] { text(top: most, ("entry", "entries"), style) }

    /// The document of `dump --top … --json`.
    ///
    /// - Parameter isWhole: whether every entry was counted exactly once.
    package func writeJSON(top most: Int, isWhole: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("dump")
            json.member("entries", total.count)
            json.member("complete", isWhole)
            json.members(of: self, top: most, counting: "entries")
        }
        json.finish()
    }
}

extension FlowSnapshot {
    /// As of `flows --top`.
    package func topText(_ most: Int, by subject: FlowTalkers.Subject, _ style: Style) -> [String] {
        report.flows.talkers(by: subject).text(top: most, ("flow", "flows"), style)
            + losses.map { "Not complete: \($0.what): \($0.why).".printable }
    }

    /// The document of `flows --top … --json`.
    package func writeJSON(top most: Int, by subject: FlowTalkers.Subject, to sink: @escaping (RawSpan) -> Void) {
        let talkers = report.flows.talkers(by: subject)
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "flows")
            json.member("flows", talkers.total.count)
            json.members(of: talkers, top: most, counting: "flows")
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func members(of tally: some RowTally, top most: Int, counting name: StaticString) {
        member("top", tally.subject.rawValue)
        member("values", tally.values)
        member("rows", array: tally.top(most, by: .count)) { json, row in
            json.object { json in
                json.member("value", row.value)
                json.member(name, row.amount.count)
            }
        }
    }
}
