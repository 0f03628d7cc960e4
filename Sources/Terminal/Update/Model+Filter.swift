import Conntrack
import Inspection

/// The filter line of the tab.
extension Model {
    mutating func openFilter() {
        guard vocabulary != nil else {
            notice = "this tab has nothing to filter"
            return
        }
        overlay = .prompt(Prompt(.filter, list.filter))
    }

    mutating func clearFilter() {
        guard !list.filter.isEmpty else { return }
        _ = take(filter: "")
    }

    /// Filters the tab with a line, for good.
    ///
    /// - Returns: what is wrong with the line; nil if it was accepted.
    mutating func take(filter line: String) -> String? {
        do throws(FilterError) {
            try show(filter: line)
        } catch {
            return error.description
        }
        table.ask()
        return nil
    }

    /// Filters what is there.
    private mutating func show(filter line: String) throws(FilterError) {
        let expression = try vocabulary.flatMap { list throws(FilterError) in
            try FilterExpression.read(line, for: list)
        }
        switch tab {
        case .services: services.filter = expression
        case .servers: servers.filter = expression
        case .flows: flows.filter = expression
        case .drops: drops.filter = expression
        case .table:
            table.filter = EntryFilter()
            if let expression { table.filter.add(expression) }
        case .events: events.choose(expression)
        case .findings, .health: break
        }
        list.filter = line
        list.forgetWidths()
        arrange()
        keepListsInPlace()
    }

    // MARK: Typing

    /// A key for the line that is being typed: the list is narrowed by what is finished of a filter.
    mutating func press(_ key: Key, inFilter typed: Prompt) {
        var prompt = typed
        switch key {
        case .escape:
            overlay = nil
            if prompt.purpose == .filter, list.filter != prompt.original { _ = take(filter: prompt.original) }
            return
        case .enter where prompt.purpose == .search:
            prompt.complaint = take(search: prompt.typed)
            overlay = prompt.complaint == nil ? nil : .prompt(prompt)
            return
        case .enter:
            prompt.complaint = take(filter: prompt.typed)
            overlay = prompt.complaint == nil ? nil : .prompt(prompt)
            return
        case .tab: complete(&prompt)
        default: guard prompt.take(key) else { return }
        }
        overlay = .prompt(prompt)
        guard prompt.purpose == .filter, prompt.typed != typed.typed, let vocabulary else { return }
        let finished = FilterCompletion.finished(prompt.typed, in: vocabulary)
        if finished != list.filter { try? show(filter: finished) }
    }

    private func complete(_ prompt: inout Prompt) {
        guard let vocabulary else { return }
        let completion = FilterCompletion(prompt.before, in: vocabulary)
        prompt.complaint = nil
        prompt.hints = completion.candidates.count > 1 ? completion.candidates : []
        guard let certain = completion.certain else { return }
        let isDone = completion.candidates.count == 1 && !certain.hasSuffix("=")
        prompt.replace(before: isDone ? certain + " " : certain)
    }
}
