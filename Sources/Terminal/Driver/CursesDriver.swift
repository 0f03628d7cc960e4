import CLinux
import CNCurses
import Glibc

/// The terminal, through curses: draws screens and reads user input. There can be one at a time, used by one thread. The terminal is
/// restored when the driver is destroyed.
package struct CursesDriver: ~Copyable {
    /// Whether the terminal may be sent more than ASCII. What it cannot show is drawn as a question mark anyway.
    package let isUnicode: Bool
    /// The keyboard, for polling.
    package let descriptor: CInt
    /// Of the terminal, at the last `resize`.
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

    /// Takes over the terminal on standard input and output.
    package init(usesMouse: Bool, usesColour: Bool) throws(DriverError) {
        try self.init(usesMouse: usesMouse, usesColour: usesColour, TerminalChoice())
    }

    init(usesMouse: Bool, usesColour: Bool, _ choice: TerminalChoice) throws(DriverError) {
        // From the locale only the encoding: numbers and messages stay as the rest of the program expects them.
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
        // LINES and COLUMNS of the environment, which curses trusts, may be those of another terminal.
        resize()
        tellGuard()
    }

    deinit {
        if state == .on { endwin() }
        if state != .ended { close() }
    }

    /// Not initscr, which exits the program if it does not know the terminal.
    private static func open(
        _ choice: TerminalChoice, _ streams: TerminalStreams
    ) throws(DriverError) -> OpaquePointer {
        let name = choice.name ?? ""
        let kept = SignalActions()
        let screen = name.isEmpty ? nil : newterm(name, streams.output, streams.input)
        // Curses would handle some signals itself; here the program does.
        kept.restore()
        if let screen, Terminfo.bytes("cup") != nil { return screen }
        defer { streams.close() }
        guard let screen else { throw .unknownTerminal(name) }
        endwin()
        delscreen(screen)
        throw .poorTerminal(name)
    }

    /// Keys are delivered immediately and not echoed; Ctrl-C, Ctrl-Z and Ctrl-\ still raise signals.
    private static func configure(_ descriptor: CInt) {
        cbreak()
        noecho()
        nonl()
        // Milliseconds to wait for the rest of a key's sequence before treating Escape as Escape.
        set_escdelay(25)
        // Ctrl-S would stop the program while drawing; Ctrl-V and Ctrl-O would swallow keys.
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return }
        settings.c_iflag &= ~tcflag_t(IXON)
        settings.c_lflag &= ~tcflag_t(IEXTEN)
        tcsetattr(descriptor, TCSANOW, &settings)
        def_prog_mode()
    }

    /// Draws the lines that differ from the previous screen.
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
        // First, because a line that fills the row leaves curses on the next one.
        wattr_set(canvas, 0, 0, nil)
        wclrtoeol(canvas)
        var text = CellText(columns: Int(getmaxx(canvas)))
        for run in line.runs {
            let cells = text.cells(of: run.text)
            palette.use(run.ink, on: canvas)
            // The lower right cell is drawn although this call then fails.
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

    /// All available input, without waiting.
    package mutating func inputs() -> [Input] { state == .on ? keyboard.inputs() : [] }

    /// To be called after SIGWINCH: reads the terminal's new size, and forgets what is drawn.
    package mutating func resize() {
        drawn = nil
        guard state == .on else { return }
        let columns = clinux_terminal_columns(streams.outputDescriptor)
        let rows = clinux_terminal_rows(streams.outputDescriptor)
        if columns > 0, rows > 0, columns != getmaxx(canvas) || rows != getmaxy(canvas) { resizeterm(rows, columns) }
        size = Size(columns: Int(getmaxx(canvas)), rows: Int(getmaxy(canvas)))
        // How a terminal displays old content after a resize is undefined.
        clearok(canvas, true)
    }

    /// Restores the terminal temporarily: before the program stops.
    package mutating func suspend() {
        guard state == .on else { return }
        endwin()
        clinux_terminal_guard_off()
        state = .suspended
    }

    /// Takes over the terminal again; the next screen is drawn completely. Also after an unexpected SIGSTOP.
    package mutating func resume() {
        guard state != .ended else { return }
        suspend()
        state = .on
        resize()
        werase(canvas)
        wrefresh(canvas)
        tellGuard()
    }

    /// Restores the terminal for good. May be called more than once.
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

    /// With the settings made by curses.
    private borrowing func tellGuard() {
        var (before, now) = (settingsBefore, streams.settings)
        restoringBytes.withUnsafeBytes { clinux_terminal_guard_on($0.baseAddress, $0.count, &before, &now) }
    }
}

/// The text of a row as required by curses, measured like curses does: it never continues on the next row.
struct CellText {
    private let columns: Int
    private var used = 0

    init(columns: Int) { self.columns = columns }

    /// As much of the text as still fits. Control characters, and those that the locale cannot show, become question marks.
    mutating func cells(of text: String) -> [wchar_t] {
        var cells: [wchar_t] = []
        cells.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            var cell = wchar_t(bitPattern: scalar.value)
            var width = 0x20..<0x7F ~= scalar.value ? 1 : Int(clinux_character_width(scalar.value))
            if width < 0 { (cell, width) = (questionMark, 1) }
            if used + width > columns { return cells }
            // A combining mark without a base would end up in the row above.
            if width == 0, used == 0 { continue }
            used += width
            cells.append(cell)
        }
        return cells
    }
}

private let questionMark: wchar_t = 0x3F

/// The process's actions for signals that curses would handle.
///
/// Curses leaves SIGTSTP alone permanently if newterm finds a handler. Otherwise it would ignore it at each refresh
/// (`_nc_signal_handler` in ncurses' lib_tstp.c), and the kernel would discard a pending Ctrl-Z.
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
