extension Model {
    /// Passes a key to the overlay.
    mutating func press(_ key: Key, over overlay: Overlay) -> [Effect] {
        if key == .control("c") { return [.quit] }
        if key == .control("l") { return [.redraw] }
        if key == .control("z") { return [.suspend] }
        switch overlay {
        case .help(let top): pressInHelp(key, top)
        case .menu(let menu): press(key, in: menu)
        case .prompt(let prompt) where prompt.purpose == .filter || prompt.purpose == .search:
            press(key, inFilter: prompt)
        case .prompt(let prompt): return press(key, in: prompt)
        case .question(let question): answer(key, question)
        }
        return []
    }

    private mutating func pressInHelp(_ key: Key, _ top: Int) {
        let last = max(0, HelpText.lines.count - overlayRows)
        switch key {
        case .down, .character("j"): overlay = .help(top: min(top + 1, last))
        case .up, .character("k"): overlay = .help(top: max(top - 1, 0))
        case .pageDown, .character(" "): overlay = .help(top: min(top + overlayRows, last))
        case .pageUp: overlay = .help(top: max(top - overlayRows, 0))
        case .home, .character("g"): overlay = .help(top: 0)
        case .end, .character("G"): overlay = .help(top: last)
        default: overlay = nil
        }
    }

    mutating func press(_ key: Key, in menu: Menu) {
        var menu = menu
        guard menu.items.indices.contains(menu.selected) else {
            overlay = nil
            return
        }
        let name = menu.items[menu.selected].name
        switch (menu.purpose, key) {
        case (_, .escape), (_, .character("q")): overlay = nil
        case (.sort, .enter):
            sort(by: name)
            overlay = nil
        case (.columns, .enter): overlay = nil
        case (.columns, .character(" ")):
            if list.hidden.remove(name) == nil, menu.items.count(where: \.isMarked) > 1 { list.hidden.insert(name) }
            menu.items[menu.selected].isMarked = !list.hidden.contains(name)
            overlay = .menu(menu)
        default:
            menu.move(key)
            overlay = .menu(menu)
        }
    }

    private mutating func press(_ key: Key, in prompt: Prompt) -> [Effect] {
        var prompt = prompt
        switch key {
        case .escape: overlay = nil
        case .enter where prompt.purpose == .observe:
            prompt.complaint = take(addresses: prompt.typed)
            if prompt.complaint != nil { overlay = .prompt(prompt) }
        case .enter where prompt.purpose == .time:
            if let step = recordStep(prompt.typed) {
                overlay = nil
                return [.go(step)]
            }
            prompt.complaint = Self.timeForm
            overlay = .prompt(prompt)
        case .enter:
            overlay = nil
            return prompt.typed.isEmpty ? [] : [.export(path: prompt.typed)]
        default:
            if prompt.take(key) { overlay = .prompt(prompt) }
        }
        return []
    }

    private mutating func answer(_ key: Key, _ question: Question) {
        var question = question
        switch key {
        // Not Enter, which may have been meant for something else.
        case .character("y"), .character("Y"):
            overlay = nil
            isObserving = question.purpose == .observe
            if !isObserving { notice = "stopping observation" }
        case .character("n"), .character("N"), .character("q"), .character("o"), .escape: overlay = nil
        case .down, .pageDown, .character("j"):
            question.scroll(by: 1)
            overlay = .question(question)
        case .up, .pageUp, .character("k"):
            question.scroll(by: -1)
            overlay = .question(question)
        default: break
        }
    }

    // MARK: Menus

    mutating func openMenu(_ purpose: Menu.Purpose) {
        let columns = columns
        guard !columns.isEmpty else {
            notice = "this tab has no columns to choose"
            return
        }
        let list = list
        let items = columns.map { column in
            Menu.Item(
                name: column.name, title: column.title,
                isMarked: purpose == .sort ? column.name == list.sort : !list.hidden.contains(column.name))
        }
        var menu = Menu(purpose: purpose, items: items)
        if purpose == .sort { menu.selected = items.firstIndex(where: \.isMarked) ?? 0 }
        overlay = .menu(menu)
    }

    /// Sorts by a column of this tab.
    mutating func sort(by name: String) {
        guard let column = columns.first(where: { $0.name == name }) else { return }
        list.sort(by: name, beginsDescending: column.beginsDescending)
        arrange()
    }

    mutating func reverse() {
        guard canSort else { return notice = "this tab has no columns to sort by" }
        list.isDescending.toggle()
        arrange()
    }
}
