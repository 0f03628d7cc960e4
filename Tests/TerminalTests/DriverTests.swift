import CLinux
import Foundation
import TestSupport
import Testing

@testable import Terminal

/// The driver on a real kernel terminal. There can only be one curses per process.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DriverTests {
    private let terminal: Pseudoterminal

    init() throws { terminal = try Pseudoterminal() }

    private func choice(_ name: String = "xterm-256color") -> TerminalChoice {
        TerminalChoice(input: terminal.descriptor, output: terminal.descriptor, name: name, locale: "C.UTF-8")
    }

    private func driver(
        _ name: String = "xterm-256color", usesMouse: Bool = false, usesColour: Bool = true
    ) throws -> CursesDriver {
        try CursesDriver(usesMouse: usesMouse, usesColour: usesColour, choice(name))
    }

    private func screen(_ lines: String..., size: Size = Size(columns: 80, rows: 24)) -> Screen {
        Screen(lines.map { Line([Run($0)]) }, size: size)
    }

    @Test("A screen is drawn once, then only lines that change")
    func differences() throws {
        var driver = try driver()
        let isUnicode = driver.isUnicode
        #expect(isUnicode)
        let size = driver.size
        #expect(size == Size(columns: 80, rows: 24))
        driver.draw(screen("first", "zweite é 漢"))
        let whole = terminal.output()
        #expect(whole.contains("\u{1B}[?1049h"))
        #expect(whole.contains("first"))
        #expect(whole.contains("zweite é 漢"))
        driver.draw(screen("first", "zweite é 漢"))
        #expect(terminal.output() == "")
        driver.draw(screen("first", "other"))
        let change = terminal.output()
        #expect(change.contains("other"))
        #expect(!change.contains("first"))
        driver.end()
        #expect(terminal.output().contains("\u{1B}[?1049l"))
        driver.end()
        #expect(terminal.output() == "")
    }

    @Test("The terminal is restored when the driver goes away")
    func settings() throws {
        let before = terminal.settingsBytes
        do {
            var driver = try driver(usesMouse: true)
            driver.draw(screen("text"))
            #expect(terminal.settingsBytes != before)
            let now = terminal.settings
            #expect(now.c_lflag & tcflag_t(ISIG) != 0)
            #expect(now.c_lflag & tcflag_t(ICANON | ECHO) == 0)
            #expect(terminal.output().contains("\u{1B}[?1006;1000h"))
        }
        #expect(terminal.settingsBytes == before)
        #expect(terminal.output().contains("\u{1B}[?1006;1000l"))
    }

    @Test("A pending Ctrl-Z survives drawing")
    func pendingStop() throws {
        let program = try Forked { _ in
            let signals = clinux_open_signals()
            guard var driver = try? driver() else { return 1 }
            raise(SIGTSTP)
            driver.draw(screen("text"))
            driver.resize()
            driver.draw(screen("other"))
            return clinux_next_signal(signals) == SIGTSTP ? 0 : 2
        }
        #expect(program.status() == 0)
    }

    @Test("While suspended, the terminal is restored; afterwards everything is redrawn")
    func suspension() throws {
        let before = terminal.settingsBytes
        var driver = try driver()
        driver.draw(screen("text"))
        _ = terminal.output()
        driver.suspend()
        #expect(terminal.settingsBytes == before)
        #expect(terminal.output().contains("\u{1B}[?1049l"))
        driver.draw(screen("unseen"))
        let inputs = driver.inputs()
        #expect(inputs.isEmpty)
        #expect(terminal.output() == "")
        driver.resume()
        driver.draw(screen("text"))
        #expect(terminal.settingsBytes != before)
        let again = terminal.output()
        #expect(again.contains("\u{1B}[?1049h"))
        #expect(again.contains("text"))
    }

    @Test("A new size takes effect, and everything is redrawn")
    func resizing() throws {
        var driver = try driver()
        driver.draw(screen("text"))
        _ = terminal.output()
        terminal.resize(columns: 100, rows: 30)
        driver.resize()
        let size = driver.size
        #expect(size == Size(columns: 100, rows: 30))
        driver.draw(screen("text", size: driver.size))
        #expect(terminal.output().contains("text"))
        let inputs = driver.inputs()
        #expect(inputs.isEmpty)
        // Screens of other sizes do no harm.
        for size in [Size(columns: 200, rows: 90), Size(columns: 10, rows: 2), Size(columns: 100, rows: 30)] {
            driver.draw(screen("rows \(size.rows)", size: size))
            let shown = terminal.output()
            #expect(shown.contains("\(size.rows)"))
        }
    }

    @Test("The cursor is only visible where text is typed")
    func cursor() throws {
        var driver = try driver()
        driver.draw(screen("text"))
        #expect(terminal.output().contains("\u{1B}[?25l"))
        var typing = screen("text")
        typing.cursor = (column: 4, row: 0)
        driver.draw(typing)
        let shown = terminal.output()
        #expect(shown.contains("\u{1B}[?25h") || shown.contains("\u{1B}[34h\u{1B}[?25h"))
        driver.draw(screen("text"))
        #expect(terminal.output().contains("\u{1B}[?25l"))
    }

    @Test("The program's signal handling is left unchanged")
    func signals() throws {
        var before = sigaction()
        sigaction(SIGTSTP, nil, &before)
        let driver = try driver()
        var now = sigaction()
        sigaction(SIGTSTP, nil, &now)
        #expect(now.sa_flags == before.sa_flags)
        #expect(
            unsafeBitCast(now.__sigaction_handler, to: Int.self)
                == unsafeBitCast(before.__sigaction_handler, to: Int.self))
        _ = consume driver
    }

    @Test("Unusable terminals are named, and left unchanged")
    func errors() throws {
        let before = terminal.settingsBytes
        let errors = [
            "nonesuch": DriverError.unknownTerminal("nonesuch"), "": .unknownTerminal(""),
            "dumb": .poorTerminal("dumb"),
        ]
        for (name, error) in errors {
            #expect(throws: error) { _ = try driver(name) }
            #expect(terminal.settingsBytes == before)
            let output = terminal.output()
            #expect(output.utf8.allSatisfy { $0 == 0x0D || $0 == 0x0A }, "\(name): \(output.debugDescription)")
        }
        #expect(DriverError.unknownTerminal("nonesuch").description.contains("TERM=nonesuch"))
        var elsewhere = choice()
        elsewhere.input = open("/dev/null", O_RDONLY)
        defer { close(elsewhere.input) }
        #expect(throws: DriverError.notTerminal) {
            _ = try CursesDriver(usesMouse: false, usesColour: true, elsewhere)
        }
    }

    @Test("After SIGKILL the guard restores the terminal as curses would have")
    func killed() throws {
        let before = terminal.settingsBytes
        let program = try Forked { ready in
            guard clinux_start_terminal_guard(terminal.descriptor) == 0, var driver = try? driver(usesMouse: true)
            else {
                return 1
            }
            driver.draw(screen("text"))
            ready()
            return sleepForEver()
        }
        try program.waitUntilReady()
        #expect(terminal.output().contains("text"))
        #expect(terminal.settingsBytes != before)
        program.end()
        try waitUntil("the settings are back") { terminal.settingsBytes == before }
        let restoring = terminal.output(quietAfter: 200)
        for part in ["\u{1B}[?1006;1000l", "\u{1B}[?1l\u{1B}>", "\u{1B}[?25h", "\u{1B}[?1049l"] {
            #expect(restoring.contains(part))
        }
        #expect(!restoring.contains("$<"))
    }
}
