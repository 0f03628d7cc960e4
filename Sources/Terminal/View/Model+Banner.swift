import Inspection
import Reports

/// Between the tabs and the list.
extension Model {
    /// What is not shown, and what is wrong.
    var banner: [Line] { filterLines + problems }

    /// A list that is filtered looks like a whole one: whatever the width, it says so.
    private var filterLines: [Line] {
        if list.filter.isEmpty { return [] }
        return [Line([Run("filter: \(list.filter)".safe, .strong)]).cut(to: width)]
    }

    /// What cannot be read, then the worst known problem, how many others there are, and what to do about it, which always has its line. Small
    /// screens get the first words, and a mark where there are more.
    private var problems: [Line] {
        let most = size.rows < 16 ? 2 : size.rows < 30 ? 4 : 6
        var lines = losses
        guard tab.needsIPVS, let worst = director.findings.worst else {
            return lines.cut(to: most, width, glyphs)
        }
        let more = director.findings.count(where: \.isTrouble) - 1
        lines += wrapped(
            "\(worst.id.rawValue)\(more > 0 ? " (\(more) more in Findings)" : ""): \(worst.headline)", .bad)
        let arrow = glyphs.isUnicode ? "→" : "->"
        let step =
            worst.recordedSentences != nil
            ? worst.remedySentences.first : worst.remedies.nextStep(observing: howToObserve)
        let next = step.map { wrapped("\(arrow) \($0)", .strong) }
        let help = (next ?? []).cut(to: max(1, most / 3), width, glyphs)
        return lines.cut(to: most - help.count, width, glyphs) + help
    }

    /// What is missing on the screen.
    private var losses: [Line] {
        var lines: [Line] = []
        if let trouble = director.reading.trouble { lines += wrapped(trouble, .bad) }
        if let absence = director.absence, hasIPVS, !tab.needsIPVS { lines += wrapped(absence, .bad) }
        let observation = director.observation
        for loss in director.reading.losses.prefix(2) { lines += wrapped(loss) }
        if tab == .servers, let why = director.network?.trouble {
            lines += wrapped("Neighbours and links are not known: \(why).", .caution)
        }
        if let shownTrouble { lines += wrapped(shownTrouble, .caution) }
        for loss in observation.last?.losses.prefix(1) ?? [] { lines += wrapped(loss) }
        for notice in observation.last?.notices.prefix(1) ?? [] { lines += wrapped(notice.sentence, .caution) }
        return lines
    }

    private func wrapped(_ loss: Loss) -> [Line] { wrapped("Not complete: \(loss.what): \(loss.why).", .caution) }

    private func wrapped(_ text: String, _ ink: Ink) -> [Line] {
        text.wrapped(to: width).map { Line([Run($0, ink)]) }
    }
}

extension [Line] {
    /// At most so many; the last of them ends with a mark in place of a word if there were more.
    func cut(to most: Int, _ width: Int, _ glyphs: Glyphs) -> [Line] {
        guard count > most, most > 0, indices.contains(most - 1) else { return self }
        let (last, mark) = (self[most - 1], " " + glyphs.more)
        let words = last.text.wrapped(to: Swift.max(1, width - mark.width)).first ?? ""
        return prefix(most - 1) + [Line([Run(words + mark, last.runs.last?.ink ?? .plain)])]
    }
}
