/// What the mouse points at: it does what a key does.
extension Model {
    mutating func point(_ mouse: MouseEvent) -> [Effect] {
        if let overlay { return point(mouse, at: overlay) }
        // As a key does; on the last line, the keys are not to be seen behind it.
        if notice != nil, [.press, .doublePress].contains(mouse.kind) {
            notice = nil
            if mouse.row == size.rows - 1 { return [] }
        }
        standAtEndOfStream()
        switch mouse.kind {
        case .wheelUp: return scroll(.up, at: mouse.row)
        case .wheelDown: return scroll(.down, at: mouse.row)
        case .press, .doublePress: return press(at: mouse)
        }
    }

    /// The wheel scrolls what it is over.
    private mutating func scroll(_ key: Key, at row: Int) -> [Effect] {
        let layout = layout
        if layout.detail > 0, row >= size.rows - 1 - layout.detail, row < size.rows - 1 {
            scrollDetail(by: key == .up ? -1 : 1)
            return []
        }
        return press(key)
    }

    private mutating func press(at mouse: MouseEvent) -> [Effect] {
        if mouse.row == Layout.tabRow {
            if let title = tabTitles.first(where: { $0.columns.contains(mouse.column) }) { turn(to: title.tab) }
            return []
        }
        if mouse.row == size.rows - 1 { return footKey(at: mouse.column).map { press($0) } ?? [] }
        let layout = layout
        if mouse.row == layout.titleRow {
            if let column = columnSpans.first(where: { $0.cells.contains(mouse.column) }) { sort(by: column.name) }
            return []
        }
        let position = list.top + mouse.row - layout.firstRow
        guard tab.hasSelection, (layout.firstRow..<layout.firstRow + layout.page).contains(mouse.row),
            position < listCount
        else { return [] }
        _ = change { list, count, page in
            list.point(at: position, of: count, page: page)
            return true
        }
        return mouse.kind == .doublePress && (canDetail || canDrillDown) ? press(.enter) : []
    }

    // MARK: Overlays

    private mutating func point(_ mouse: MouseEvent, at overlay: Overlay) -> [Effect] {
        switch mouse.kind {
        case .wheelUp: return isScrolling(overlay) ? press(.up) : []
        case .wheelDown: return isScrolling(overlay) ? press(.down) : []
        case .press, .doublePress: break
        }
        if mouse.row == size.rows - 1, let key = footKey(at: mouse.column) { return press(key) }
        if case .menu(let menu) = overlay { point(mouse, at: menu) }
        return []
    }

    private func isScrolling(_ overlay: Overlay) -> Bool {
        if case .prompt = overlay { false } else { true }
    }

    /// Beside a menu, it closes it.
    private mutating func point(_ mouse: MouseEvent, at menu: Menu) {
        let position = menuTop(menu) + mouse.row - Self.overlayRow - 1
        guard mouse.row > Self.overlayRow, mouse.column < menuWidth(menu), menu.items.indices.contains(position),
            mouse.row - Self.overlayRow - 1 < overlayRows
        else { return overlay = nil }
        var menu = menu
        menu.selected = position
        press(menu.purpose == .sort ? .enter : .character(" "), in: menu)
    }
}
