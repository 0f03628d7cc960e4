import ArgumentParser
import Glibc
import Terminal

/// The initial state and look of `watch`'s screen.
struct ScreenOptions: ParsableArguments {
    @Option(help: "The initial tab (default: the first).")
    var tab: Tab?

    @Option(
        help: ArgumentHelp("Filter of the initial tab, in the words of its filter line.", valueName: "WORDS"),
        completion: .tabFilter)
    var filter = ""

    @Option(help: ArgumentHelp("Column to sort the initial tab by.", valueName: "COLUMN"), completion: .column)
    var sort: String?

    @Flag(help: "Reverse the sort order.")
    var reverse = false

    @Option(help: ArgumentHelp("Columns of the initial tab to show.", valueName: "COLUMN,..."), completion: .columns)
    var columns: String?

    @Flag(help: "Read no settings, neither the host's nor your own.")
    var noConfig = false

    @Flag(help: "Leave the mouse to the terminal.")
    var noMouse = false

    @Option(help: "Color; auto: unless NO_COLOR is set.")
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

    /// The size of a printed screen: the terminal's, else COLUMNS and LINES, else 120 by 40.
    var printedSize: Size {
        func number(_ name: String) -> Int? {
            getenv(name).flatMap { Int(String(cString: $0)) }.flatMap { (1...1000).contains($0) ? $0 : nil }
        }
        return Size(columns: Output.width ?? number("COLUMNS") ?? 120, rows: Output.height ?? number("LINES") ?? 40)
    }
}

extension Tab: ExpressibleByArgument {}
