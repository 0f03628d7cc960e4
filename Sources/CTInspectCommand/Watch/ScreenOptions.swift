import ArgumentParser
import Glibc
import Terminal

/// What the screen of `watch` begins with, and how it looks.
struct ScreenOptions: ParsableArguments {
    @Option(help: "The tab to begin with: the first one, if not given.")
    var tab: Tab?

    @Option(
        help: ArgumentHelp("Filter of the first tab, in the words of its filter line.", valueName: "WORDS"),
        completion: .filterWords)
    var filter = ""

    @Option(help: ArgumentHelp("Column to sort the first tab by.", valueName: "COLUMN"), completion: .column)
    var sort: String?

    @Flag(help: "Sort the other way round.")
    var reverse = false

    @Option(help: ArgumentHelp("Columns of the first tab to show.", valueName: "COLUMN,..."), completion: .columns)
    var columns: String?

    @Flag(help: "Leave the mouse to the terminal.")
    var noMouse = false

    @Option(help: "Colour; auto: unless NO_COLOR is set.")
    var color = OutputOptions.Colour.auto

    var start: Start {
        var start = Start()
        start.tab = tab
        start.filter = filter
        start.sort = sort
        start.isReversed = reverse
        start.columns = columns.map { $0.split(separator: ",").map(String.init) }
        return start
    }

    var usesColour: Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        }
    }

    /// The size of a screen that is printed: the terminal's, else that of COLUMNS and LINES, else 120 by 40.
    var printedSize: Size {
        func number(_ name: String) -> Int? {
            getenv(name).flatMap { Int(String(cString: $0)) }.flatMap { (1...1000).contains($0) ? $0 : nil }
        }
        return Size(columns: Output.width ?? number("COLUMNS") ?? 120, rows: Output.height ?? number("LINES") ?? 40)
    }
}

extension Tab: ExpressibleByArgument {}
