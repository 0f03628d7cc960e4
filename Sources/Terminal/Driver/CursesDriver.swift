import CLinux
import CNCurses
import Glibc

/// The terminal, by curses: draws screens and reads what the person in front of it does. There can be one at a time, used by
/// one thread. It is given back when the driver goes.
package struct CursesDriver: ~Copyable {
    /// Whether the terminal is to be sent more than ASCII. What it cannot show is drawn as a question mark all the same.
    package let isUnicode: Bool
    /// The keyboard, to poll.
    package let descriptor: CInt
    /// Of the terminal, as it was when `resize` was called last.
    package private(set) var size: Size

    private let streams: TerminalStreams
    private let screen: OpaquePointer
    private let canvas: UnsafeMutablePointer<WINDOW>
    private let palette: Palette
    private let settingsBefore: termios
    private let restoringBytes: [UInt8]
    private var keyboard: CursesKeyboard
    private var drawn: Screen?
    private var state = State.on

    private enum State { case on, suspended, ended }

    /// Takes the terminal of standard input and output over.
    package init(usesMouse: Bool, usesColour: Bool) throws(DriverError) {
        try self.init(usesMouse: usesMouse, usesColour: usesColour, TerminalChoice())
    }

    init(usesMouse: Bool, usesColour: Bool, _ choice: TerminalChoice) throws(DriverError) {
        // Of the locale only what the bytes of a text mean: numbers and messages stay as the rest of the program expects them.
        setlocale(LC_CTYPE, choice.locale)
        let streams = try TerminalStreams(choice)
        let before = streams.settings
        let screen = try Self.open(choice, streams)
        isUnicode = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) == "UTF-8" } ?? false
        descriptor = choice.input
        self.streams = streams
        self.screen = screen
        settingsBefore = before
        canvas = curses_screen()
        palette = Palette(usesColour: usesColour)
        keyboard = CursesKeyboard(usesMouse: usesMouse)
        restoringBytes = Terminfo.restoringBytes(usesMouse: usesMouse)
        curs_set(0)
        Self.configure(descriptor)
        size = Size(columns: Int(getmaxx(canvas)), rows: Int(getmaxy(canvas)))
        // LINES and COLUMNS of the environment, which curses believes, may be those of another terminal.
        resize()
        tellGuard()
    }

    deinit {
        if state == .on { endwin() }
        if state != .ended { close() }
    }

    /// Not initscr, which ends the program when it does not know the terminal.
    private static func open(
        _ choice: TerminalChoice, _ streams: TerminalStreams
    ) throws(DriverError) -> OpaquePointer {
        let name = choice.name ?? ""
        let kept = SignalActions()
        let screen = name.isEmpty ? nil : newterm(name, streams.output, streams.input)
        // Curses would handle some signals itself; here they are the program's.
        kept.restore()
        if let screen, Terminfo.bytes("cup") != nil { return screen }
        defer { streams.close() }
        guard let screen else { throw .unknownTerminal(name) }
        endwin()
        delscreen(screen)
        throw .poorTerminal(name)
    }

    /// Keys come at once and are not echoed; Ctrl-C, Ctrl-Z and Ctrl-\ still make signals.
    private static func configure(_ descriptor: CInt) {
        cbreak()
        noecho()
        nonl()
        // How long to wait for the rest of a key's sequence before Escape is Escape, in milliseconds.
        set_escdelay(25)
        // Ctrl-S would stop the program in the middle of a picture; Ctrl-V and Ctrl-O would swallow keys.
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return }
        settings.c_iflag &= ~tcflag_t(IXON)
        settings.c_lflag &= ~tcflag_t(IEXTEN)
        tcsetattr(descriptor, TCSANOW, &settings)
        def_prog_mode()
    }

    /// Draws the lines that differ from the screen that was drawn last.
    package mutating func draw(_ screen: Screen) {
        guard state == .on, screen != drawn else { return }
        let last = drawn?.size == screen.size ? drawn : nil
        if last == nil { werase(canvas) }
        for row in 0..<min(screen.lines.count, Int(getmaxy(canvas))) where last?.lines[row] != screen.lines[row] {
            draw(screen.lines[row], row)
        }
        place(screen.cursor)
        wrefresh(canvas)
        drawn = screen
    }

    private borrowing func draw(_ line: Line, _ row: Int) {
        wmove(canvas, CInt(row), 0)
        // First, for a line that fills the row leaves curses at the next one.
        wattr_set(canvas, 0, 0, nil)
        wclrtoeol(canvas)
        var text = CellText(columns: Int(getmaxx(canvas)))
        for run in line.runs {
            let cells = text.cells(of: run.text)
            palette.use(run.ink, isReversed: run.isReversed, on: canvas)
            // The lower right cell is drawn although this then fails.
            waddnwstr(canvas, cells, CInt(cells.count))
        }
    }

    private borrowing func place(_ cursor: (column: Int, row: Int)?) {
        guard let cursor, wmove(canvas, CInt(clamping: cursor.row), CInt(clamping: cursor.column)) == OK else {
            curs_set(0)
            return
        }
        curs_set(1)
    }

    /// All that came, without waiting.
    package mutating func inputs() -> [Input] { state == .on ? keyboard.inputs() : [] }

    /// To be called after SIGWINCH: takes the terminal's new size, and forgets what is drawn.
    package mutating func resize() {
        drawn = nil
        guard state == .on else { return }
        let columns = clinux_terminal_columns(streams.outputDescriptor)
        let rows = clinux_terminal_rows(streams.outputDescriptor)
        if columns > 0, rows > 0, columns != getmaxx(canvas) || rows != getmaxy(canvas) { resizeterm(rows, columns) }
        size = Size(columns: Int(getmaxx(canvas)), rows: Int(getmaxy(canvas)))
        // What a terminal makes of a picture when its size changes is its own affair.
        clearok(canvas, true)
    }

    /// Gives the terminal back for a while: before the program stops.
    package mutating func suspend() {
        guard state == .on else { return }
        endwin()
        clinux_terminal_guard_off()
        state = .suspended
    }

    /// Takes the terminal over again; the next screen is drawn whole. Also for a program that SIGSTOP has stopped unprepared.
    package mutating func resume() {
        guard state != .ended else { return }
        suspend()
        state = .on
        resize()
        werase(canvas)
        wrefresh(canvas)
        tellGuard()
    }

    /// Gives the terminal back for good. May be called more than once.
    package mutating func end() {
        suspend()
        if state != .ended { close() }
        state = .ended
    }

    private borrowing func close() {
        clinux_terminal_guard_off()
        keyboard.close()
        delscreen(screen)
        streams.close()
    }

    /// With the settings that curses has made by now.
    private borrowing func tellGuard() {
        var (before, now) = (settingsBefore, streams.settings)
        restoringBytes.withUnsafeBytes { clinux_terminal_guard_on($0.baseAddress, $0.count, &before, &now) }
    }
}

/// The text of one row as curses takes it, counted as curses counts: it never goes on in the next row.
struct CellText {
    private let columns: Int
    private var used = 0

    init(columns: Int) { self.columns = columns }

    /// As much of the text as still fits. What the locale cannot show, and controls, become question marks.
    mutating func cells(of text: String) -> [wchar_t] {
        var cells: [wchar_t] = []
        cells.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            var cell = wchar_t(bitPattern: scalar.value)
            var width = 0x20..<0x7F ~= scalar.value ? 1 : Int(clinux_character_width(scalar.value))
            if width < 0 { (cell, width) = (questionMark, 1) }
            if used + width > columns { return cells }
            // A mark that combines with nothing would go to the end of the row above.
            if width == 0, used == 0 { continue }
            used += width
            cells.append(cell)
        }
        return cells
    }
}

private let questionMark: wchar_t = 0x3F

/// How the process takes the signals that curses would handle.
///
/// Curses leaves SIGTSTP alone for good where newterm finds that somebody handles it. Else it would ignore it at each refresh
/// (`_nc_signal_handler` in ncurses' lib_tstp.c), and the kernel would throw away a Ctrl-Z that waits to be read.
struct SignalActions {
    private let actions: [(number: CInt, action: sigaction)] = [SIGINT, SIGTERM, SIGTSTP, SIGWINCH].map { number in
        var action = sigaction()
        sigaction(number, nil, &action)
        return (number, action)
    }

    init() {
        var handled = sigaction()
        handled.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGTSTP, &handled, nil)
    }

    func restore() {
        for (number, action) in actions {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
