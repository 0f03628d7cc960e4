import Inspection

/// A result in the words and numbers of the Monitoring Plugins.
package struct NagiosResult: Equatable, Sendable {
    package enum State: Int32, Sendable {
        case ok, warning, critical, unknown

        fileprivate var word: String { ["OK", "WARNING", "CRITICAL", "UNKNOWN"][Int(rawValue)] }
    }

    package var state: State
    /// One line.
    package var line: String

    /// Errors are critical; what could not be read is unknown, unless something is found anyway.
    package init(_ report: CheckReport) {
        let found = report.findings(from: .warning)
        let unread = report.unread(from: .warning)
        state =
            found.first.map { $0.severity == .error ? .critical : .warning } ?? (unread.isEmpty ? .ok : .unknown)
        let text =
            found.isEmpty
            ? report.doubt(from: .warning) ?? "\(report.fine.count) checked and fine"
            : found.map { finding in finding.id.rawValue + (finding.subject.name.map { " (\($0))" } ?? "") }
                .joined(separator: ", ")
        line = Self.line(state, text, report.performanceData)
    }

    /// Nothing could be read.
    package init(failure: String) {
        state = .unknown
        line = Self.line(.unknown, failure, nil)
    }

    /// A bar would begin the performance data.
    private static func line(_ state: State, _ text: String, _ data: String?) -> String {
        let words = text.printable.replacing("|", with: "/").replacing("\n", with: " ")
        return "CT_INSPECT \(state.word) - \(words)" + (data.map { " | \($0)" } ?? "")
    }
}

extension CheckReport {
    /// `'label'=value;warn;crit;min;max`
    fileprivate var performanceData: String {
        var data =
            "errors=\(count(.error)) warnings=\(count(.warning)) infos=\(count(.info)) not_checked=\(notMade.count)"
        if let entries = table?.entries {
            let limit = table?.limit
            let bounds = limit.map { ";\($0 * 90 / 100);\($0 * 95 / 100);0;\($0)" } ?? ";;;0"
            data += " entries=\(entries)\(bounds)"
        }
        return data
    }
}
