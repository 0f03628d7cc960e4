import Conntrack
import Inspection
import Reports

/// The findings of the director: a row for each, and all of the selected one.
extension Model {
    /// Columns of a row; what helps gets the rest.
    private struct Columns {
        var id: Int
        var severity: Int
        var subject: Int

        private static let longestSubject = 28

        init(_ findings: [Finding], width: Int) {
            id = min(findings.reduce(7) { max($0, $1.id.rawValue.count) }, max(7, width - 10))
            severity = 8
            let longest = findings.reduce(7) { max($0, $1.subjectWord.width) }
            subject = min(longest, Self.longestSubject, width / 4)
        }

        func line(_ cells: (id: String, severity: String, subject: String, help: String), _ ink: Ink, _ width: Int)
            -> Line
        {
            let text =
                cells.id.fitted(to: id) + "  " + cells.severity.fitted(to: severity) + "  "
                + cells.subject.fitted(to: subject) + "  " + cells.help
            return Line([Run(text.cut(to: width), ink)])
        }
    }

    /// Rows of the findings; at least one, as that there are none is one as well.
    private var findingRows: Int { max(1, director.findings.count) }

    var findingsCount: Int { findingRows + 1 + checkLines.count }

    /// Column titles, and the visible rows: first the findings, then how the checks went.
    func findingLines(_ layout: Layout) -> [Line] {
        let list = findings.list
        let shown = list.top..<max(list.top, min(list.top + layout.page, findingsCount))
        let (titles, rows) = findingTable(shown.clamped(to: 0..<findingRows))
        let rest = ([Line()] + checkLines)[
            shown.clamped(to: findingRows..<findingsCount).shifted(by: -findingRows)]
        return [titles] + zip(shown, rows + rest).map { $0 == list.cursor ? $1.selected(to: width) : $1 }
    }

    /// Titles and rows of some findings, or the row that says that there are none.
    func findingTable(_ shown: Range<Int>) -> (titles: Line, rows: [Line]) {
        let findings = Array(director.findings[shown.clamped(to: director.findings.indices)])
        let columns = Columns(findings, width: width)
        let titles = columns.line(("FINDING", "SEVERITY", "SUBJECT", "WHAT HELPS"), .title, width)
        if director.findings.isEmpty {
            return (titles, shown.map { _ in Line([Run("nothing is known to be wrong", .dim)]) })
        }
        let rows = findings.map { finding in
            let help = finding.nextStep(observing: howToObserve) ?? ""
            return columns.line(
                (finding.id.rawValue, finding.severity.rawValue, finding.subjectWord, help.safe), finding.severity.ink,
                width)
        }
        return (titles, rows)
    }

    /// How many checks found nothing, and which could not be made, and why.
    var checkLines: [Line] {
        // A record has what they found.
        if isRecord { return [] }
        if let trouble = director.checks.trouble { return headed("Checks", trouble, .caution) }
        guard let report = director.checks.report else { return headed("Checks", "being made", .dim) }
        var lines = headed(
            "Checks", "\(report.fine.count) found nothing, \(report.notMade.count) could not be made")
        for (why, ids) in report.notMadeByReason {
            lines += headed("", "\(ids.joined(separator: ", ")): \(why)", .caution)
        }
        return lines
    }

    private func headed(_ title: String, _ text: String, _ ink: Ink = .plain) -> [Line] {
        let label = 9
        return text.safe.wrapped(to: max(10, width - label)).enumerated().map { position, part in
            Line([Run((position == 0 ? title : "").fitted(to: label), .strong), Run(part, ink)])
        }
    }

    /// All of the selected finding.
    var findingDetail: [Line] {
        guard let finding = selectedFinding else {
            if findings.list.hold == .nobody, let chosen = findings.chosen {
                return fact("gone", "\(chosen.id.rawValue) is not found any more", .odd)
            }
            return [Line([Run("Select a finding to see what it is based on, and what helps.", .dim)])]
        }
        var lines = fact(finding.severity.rawValue, finding.id.rawValue, finding.severity.ink)
        if let name = finding.subject.name { lines += fact("about", name) }
        if let told = finding.recordedSentences {
            let clock = told.time.clockText(ahead: setting.clocksAhead).prefix(8)
            lines += fact("since", "\(clock), with the numbers of then")
        }
        lines += fact("reason", finding.reason)
        if !finding.evidence.isEmpty {
            lines += fact("evidence", finding.evidence.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
        }
        for (position, sentence) in finding.remedySentences.enumerated() {
            lines += fact(position == 0 ? "remedy" : "", sentence)
        }
        if let proof = finding.proof { lines += fact("proof", proof) }
        if let check = Check.named(finding.id.rawValue) {
            lines += fact("check", "ct-inspect check --only \(check.id.rawValue)", .dim)
            lines += fact("more", "man ct-inspect-findings", .dim)
        }
        return lines
    }
}

extension Finding {
    /// What helps most, without a full stop.
    fileprivate func nextStep(observing: String?) -> String? {
        recordedSentences == nil
            ? remedies.first.flatMap { [$0].nextStep(observing: observing) } : remedySentences.first
    }

    fileprivate var subjectWord: String {
        switch subject {
        case .table: "conntrack"
        case .counter(let counter): counter.name
        default: subject.name?.safe ?? "director"
        }
    }
}

extension Finding.Severity {
    fileprivate var ink: Ink {
        switch self {
        case .error: .bad
        case .warning: .caution
        case .info: .plain
        }
    }
}

extension Range<Int> {
    fileprivate func shifted(by distance: Int) -> Self { lowerBound + distance..<upperBound + distance }
}
