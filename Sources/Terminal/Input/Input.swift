/// A key as known to users, whatever bytes the terminal sends for it.
package enum Key: Hashable, Sendable {
    case character(Character)
    case up, down, left, right
    case pageUp, pageDown, home, end
    case enter, escape, tab, backTab, backspace, delete
    /// F1 is 1.
    case function(Int)
    /// Ctrl with a letter, in lower case.
    case control(Character)
}

/// A mouse event and its position; the upper left cell is column 0 of row 0.
package struct MouseEvent: Equatable, Sendable {
    /// The driver distinguishes a double click from two clicks.
    package enum Kind: Sendable { case press, doublePress, wheelUp, wheelDown }

    package var kind: Kind
    /// Column, from 0.
    package var column: Int
    /// Row, from 0.
    package var row: Int

    package init(_ kind: Kind, column: Int, row: Int) {
        self.kind = kind
        self.column = column
        self.row = row
    }
}

/// User input.
package enum Input: Equatable, Sendable {
    case key(Key)
    case mouse(MouseEvent)
}
