import Addresses
import Inspection

extension CheckReport {
    /// The findings, worst first, then what was checked and is fine, and what could not be checked.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal; nil if there is none.
    ///   - level: findings that are less bad come last, in a sentence each.
    package func text(_ style: Style, width: Int?, fullFrom level: Finding.Severity = .warning) -> [String] {
        var lines = summary.printable.wrapped(width)
        for sentence in (given?.sentences ?? []) + (sandbox?.sentences ?? []) {
            lines += sentence.printable.wrapped(width)
        }
        for finding in findings(from: level) { lines += [""] + finding.block(style, width) }
        lines += Self.list(
            "Worth knowing (in full with --fail-on info):",
            findings.filter { $0.severity < level }.map { ($0.id, $0.brief) }, style, width)
        lines += Self.list("Checked and fine:", fine.map { ($0.id, $0.title) }, style, width)
        return lines + notMadeText(style, width)
    }

    /// By reason, as many lack the same.
    private func notMadeText(_ style: Style, _ width: Int?) -> [String] {
        guard !notMade.isEmpty else { return [] }
        return ["", style.paint("Not checked:", .bold)]
            + notMadeByReason.flatMap { reason in
                indented("\(reason.ids.joined(separator: ", ")): \(reason.why)", by: 2, hanging: 4, width)
            }
    }

    /// The checks that could not be made, by what they lack.
    package var notMadeByReason: [(why: String, ids: [String])] {
        var reasons: [(why: String, ids: [String])] = []
        for notMade in notMade {
            if let place = reasons.firstIndex(where: { $0.why == notMade.lack.why }) {
                reasons[place].ids.append(notMade.check.id.rawValue)
            } else {
                reasons.append((notMade.lack.why, [notMade.check.id.rawValue]))
            }
        }
        return reasons
    }

    /// Says that a reading with holes is no pass; nil if it is one, or if something was found at that level.
    package func doubt(from level: Finding.Severity) -> String? {
        let unread = unread(from: level)
        guard findings(from: level).isEmpty, !unread.isEmpty else { return nil }
        let count = unread.count
        return "nothing of severity \(level.rawValue)\(level < .error ? " or worse" : "") was found, but \(count) "
            + "\(count == 1 ? "check" : "checks") could not be made "
            + "(\(unread.map(\.check.id.rawValue).joined(separator: ", "))): this is not a pass"
    }

    private var summary: String {
        let found = Finding.Severity.allCases.reversed().map { severity in
            let count = count(severity)
            return "\(count) \(severity == .info ? "info" : count == 1 ? severity.rawValue : severity.rawValue + "s")"
        }
        return
            "\(origin.heading): \(found.joined(separator: ", ")); "
            + "\(fine.count) checked and fine, \(notMade.count) not checked"
            + (watched.map { "; watched for \($0.seconds) s" + $0.details } ?? "")
    }

    private static func list(
        _ title: String, _ checks: [(id: Finding.ID, text: String)], _ style: Style, _ width: Int?
    ) -> [String] {
        guard !checks.isEmpty else { return [] }
        let widest = checks.map(\.id.rawValue.count).max() ?? 0
        return ["", style.paint(title, .bold)]
            + checks.flatMap { check in
                let name = check.id.rawValue
                let rows = indented(check.text, by: 0, hanging: widest + 4, width)
                let padding = String(repeating: " ", count: widest - name.count)
                return ["  \(name)\(padding)  \(rows.first ?? "")"] + rows.dropFirst()
            }
    }
}

extension CheckReport.Watched {
    fileprivate var details: String {
        (isInterrupted ? ", interrupted" : "")
            + (packets.map { ", \($0) \($0 == 1 ? "packet" : "packets") to services seen" } ?? "")
    }
}

extension Finding {
    /// The subject, if the reason does not name it, and the reason without its places in the kernel.
    fileprivate var brief: String {
        let name = subject.name.flatMap { reason.contains($0) ? nil : "\($0): " } ?? ""
        return (name + reason.replacing(#/ \(net/[^)]*\)/#, with: "")).printable
    }

    /// What, whose, why, the numbers, what to do, and how to prove it.
    func block(_ style: Style, _ width: Int?) -> [String] {
        let colour: Style.Colour? = severity == .error ? .red : severity == .warning ? .yellow : nil
        let name = subject.name.map { ": \($0)" } ?? ""
        var lines = [style.paint("\(severity.rawValue) \(id.rawValue)", colour) + name.printable]
        lines += indented(reason, by: 2, hanging: 2, width)
        if !evidence.isEmpty {
            let numbers = evidence.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            lines += indented("Evidence: \(numbers)", by: 2, hanging: 4, width)
        }
        for sentence in remedySentences { lines += indented(sentence, by: 2, hanging: 4, width) }
        if let proof { lines += indented("To prove it: \(proof)", by: 2, hanging: 4, width) }
        return lines
    }
}

extension [Check] {
    /// A row for each: its id, its severity at worst, and what it looks for.
    package func listing(_ style: Style, width: Int?) -> [String] {
        var table = TextTable(columns: [.init(title: "ID"), .init(title: "SEVERITY"), .init(title: "LOOKS FOR")])
        table.rows = map { [.init($0.id.rawValue), .init($0.worst.rawValue), .init($0.title)] }
        return table.lines(style, width: width)
    }
}
