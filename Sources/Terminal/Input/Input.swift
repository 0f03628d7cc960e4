/// A key as its user knows it, whatever bytes the terminal sends for it.
package enum Key: Hashable, Sendable {
    case character(Character)
    case up, down, left, right
    case pageUp, pageDown, home, end
    case enter, escape, tab, backTab, backspace, delete
    /// F1 is 1.
    case function(Int)
    /// Ctrl with a letter, which is lower case here.
    case control(Character)
}

/// What the mouse did, where; the upper left cell is column 0 of row 0.
package struct MouseEvent: Equatable, Sendable {
    /// What a button or the wheel did; the driver tells a double press from two.
    package enum Kind: Sendable { case press, doublePress, wheelUp, wheelDown }

    /// What was done.
    package var kind: Kind
    /// Cells from the left, from 0 on.
    package var column: Int
    /// Cells from the top, from 0 on.
    package var row: Int

    /// What was done, and in which cell.
    package init(_ kind: Kind, column: Int, row: Int) {
        self.kind = kind
        self.column = column
        self.row = row
    }
}

/// What comes from the person in front of the terminal.
package enum Input: Equatable, Sendable {
    case key(Key)
    case mouse(MouseEvent)
}
