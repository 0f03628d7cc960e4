/// A key as its user knows it, whatever bytes the terminal sends for it.
public enum Key: Hashable, Sendable {
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
public struct MouseEvent: Equatable, Sendable {
    public enum Kind: Sendable { case press, doublePress, wheelUp, wheelDown }

    public var kind: Kind
    public var column: Int
    public var row: Int

    public init(_ kind: Kind, column: Int, row: Int) {
        self.kind = kind
        self.column = column
        self.row = row
    }
}

/// What comes from the person in front of the terminal.
public enum Input: Equatable, Sendable {
    case key(Key)
    case mouse(MouseEvent)
}
