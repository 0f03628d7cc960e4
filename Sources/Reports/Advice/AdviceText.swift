import Addresses
import Advice
import Firewall
import IPVS
import Inspection

extension AdviceReport {
    /// What is wrong, and each fix: now, permanently, undo, cost and proof.
    ///
    /// - Parameter width: columns of the terminal; nil if there is none. Commands and lines of files are never wrapped.
    package func text(_ style: Style, width: Int?) -> [String] {
        var lines = summary.printable.wrapped(width)
        for sentence in sandbox?.sentences ?? [] { lines += sentence.printable.wrapped(width) }
        for (number, fix) in fixes.enumerated() {
            lines += [""] + fix.block(number + 1, style, width)
        }
        if !obstacles.isEmpty {
            lines += ["", style.paint("What does not do here:", .bold)]
            for obstacle in obstacles {
                lines += "\(obstacle.kind.rawValue): \(obstacle.why)".printable.wrapped(width, indent: 2)
            }
        }
        if !unfixed.isEmpty {
            lines += ["", style.paint("Without a fix that is a command (see ct-inspect check):", .bold)]
            for finding in unfixed {
                let name = finding.subject.name.map { " of \($0)" } ?? ""
                lines += "\(finding.id.rawValue)\(name)".printable.wrapped(width, indent: 2)
            }
        }
        return lines
    }

    /// What to run now, or to take that back; as much of it as `sh` needs, and nothing else.
    package func commands(_ kind: Fix.Kind?, isUndo: Bool) -> [String] {
        let fixes = chosen(kind)
        let lines = isUndo ? fixes.reversed().flatMap(\.undo) : fixes.flatMap(\.apply)
        return lines.isEmpty ? [] : ["set -e"] + lines
    }

    /// Why one should not rely on the commands, or on there being none; nil if what was found has a fix, and what is done about the packet
    /// filter is proven.
    package func doubt(of kind: Fix.Kind?) -> String? {
        let chosen = chosen(kind)
        let ofFilter = fixes.filter { $0.kind != .settings && (kind ?? $0.kind) == $0.kind }
        if ofFilter.contains(where: { $0.proof.result == .proven }) { return nil }
        if let fix = ofFilter.first { return "\(fix.kind.rawValue) is \(fix.proof.words)" }
        if kind != .settings {
            if let obstacle = obstacles.first { return "there is no fix: \(obstacle.kind.rawValue): \(obstacle.why)" }
            if let first = unread.first { return doubt(first) }
        }
        return chosen.isEmpty && findings.contains(where: \.isTrouble)
            ? "there is no fix that is a command: see ct-inspect check" : nil
    }

    private func doubt(_ first: CheckReport.NotMade) -> String {
        "\(unread.count == 1 ? "a check" : "\(unread.count) checks") could not be made, so that there may be more to fix "
            + "(\(first.check.id.rawValue): \(first.lack.why)): see ct-inspect check"
    }

    private var summary: String {
        let makers = managers.isEmpty ? "" : ", rules by " + managers.map(\.rawValue).joined(separator: ", ")
        let ids = findings.filter(\.isTrouble).map(\.id.rawValue).withoutRepeats
        let what =
            ids.isEmpty ? "nothing to fix\(unread.isEmpty ? "" : " was found")" : ids.joined(separator: ", ")
        return "\(origin.heading)\(makers): \(what)"
    }
}

extension Fix {
    fileprivate func block(_ number: Int, _ style: Style, _ width: Int?) -> [String] {
        var lines = [style.paint("\(number). \(kind.rawValue): \(title)", .bold)]
        lines += "For: \(findings.map(\.rawValue).joined(separator: ", "))".printable.wrapped(width, indent: 3)
        lines += "Cost: \(cost)".printable.wrapped(width, indent: 3)
        lines += ["   Now:"] + apply.map { "     \($0.printable)" }
        for place in persist {
            let text = "Permanently, \(place.file)\(place.place.isEmpty ? "" : " \(place.place)"):"
            lines += text.printable.wrapped(width, indent: 3)
            lines += place.lines.map { "     \($0.printable)" }
            if !place.reload.isEmpty { lines.append("   then: \(place.reload.joined(separator: "; "))") }
            if place.reload.contains(where: { $0.hasPrefix("systemctl restart") }) {
                lines += Self.restartNote.wrapped(width, indent: 3)
            }
        }
        if !undo.isEmpty { lines += ["   Undo:"] + undo.map { "     \($0.printable)" } }
        lines += "Proof: \(proof.words)".printable.wrapped(width, indent: 3)
        return lines + proof.lines(style, width).map { "     \($0)" }
    }
}

extension Fix {
    fileprivate static let restartNote =
        "(when it suits: a restart of keepalived fails over, and one of Docker stops containers; what was done now holds until then)"
}

extension Proof {
    fileprivate func lines(_ style: Style, _ width: Int?) -> [String] {
        groups.flatMap { group in
            let count = group.services.count
            let whose = count == 1 ? group.services.first?.description ?? "" : "each of \(count) services"
            let fate =
                group.hadPassed == group.passes
                ? (group.passes ? "pass as before" : "dropped as before") : group.passes ? "pass now" : "dropped now"
            let text = "\(fate), \(group.where) \(whose): \(group.packets.joined(separator: ", "))"
            return indented(text, by: 0, hanging: 4, width.map { $0 - 5 }).map { line in
                style.paint(line, group.hadPassed == group.passes ? nil : .green)
            }
        }
    }
}
