/// What a cell says, and what it looks like.
struct Cell {
    /// Without what a terminal would act on: names of states and schedulers are the kernel's, or a capture's.
    let text: String
    let ink: Ink

    init(_ text: String, _ ink: Ink = .plain) {
        self.text = text.safe
        self.ink = ink
    }
}

/// A column of a list: how it is named on the command line and in the filter, what it shows of a row, and what rows are sorted by in it.
struct Column<Row, Context>: Sendable {
    let name: String
    let title: String
    var alignsRight = false
    /// Columns with a higher number go first when there is not enough room; 0 never goes.
    var expendable = 0
    /// Numbers are looked at from the top: the greatest comes first.
    var beginsDescending = false
    let cell: @Sendable (Row, borrowing Context) -> Cell
}
