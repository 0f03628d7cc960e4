import CNCurses
import Glibc

/// Keys and the mouse, as decoded by curses from the terminal's bytes.
struct CursesKeyboard {
    /// Keys are read through a window that is never shown, because reading through a window draws it.
    private let window: UnsafeMutablePointer<WINDOW>?
    private var lastPress: (at: ContinuousClock.Instant, column: CInt, row: CInt)?

    /// More than anyone types between two screens: a terminal that never falls silent must not block us.
    private static let mostAtOnce = 1000
    private static let doublePressLimit = Duration.milliseconds(400)

    init(usesMouse: Bool) {
        window = newpad(1, 1)
        nodelay(window, true)
        keypad(window, true)
        guard usesMouse else { return }
        // Curses would delay every press, to see whether it becomes a double click.
        mouseinterval(0)
        mousemask(curses_all_buttons(), nil)
    }

    func close() { delwin(window) }

    mutating func inputs() -> [Input] {
        var inputs: [Input] = []
        for _ in 0..<Self.mostAtOnce {
            guard let event = next() else { break }
            switch event {
            case .code(KEY_MOUSE): inputs += mouse().map { .mouse($0) }
            case .code(let code): if let key = Key(code: code) { inputs.append(.key(key)) }
            case .scalar("\u{1B}"): inputs += escape()
            case .scalar(let scalar): if let key = Key(scalar) { inputs.append(.key(key)) }
            }
        }
        return inputs
    }

    private enum Event {
        case code(CInt)
        case scalar(Unicode.Scalar)
    }

    /// Nil if there is nothing more.
    private func next() -> Event? {
        while true {
            var value = wint_t()
            switch wget_wch(window, &value) {
            case KEY_CODE_YES: return .code(CInt(bitPattern: value))
            case OK: if let scalar = Unicode.Scalar(value) { return .scalar(scalar) }
            default: return nil
            }
        }
    }

    /// After an Escape that does not begin a key known to terminfo. If it is followed by what looks like a key sequence, it is an unknown
    /// key: as single characters it would do unintended things.
    private mutating func escape() -> [Input] {
        let alone = Input.key(.escape)
        switch next() {
        case nil: return [alone]
        case .code(KEY_MOUSE): return [alone] + mouse().map { .mouse($0) }
        case .code(let code): return [alone] + (Key(code: code).map { [.key($0)] } ?? [])
        case .scalar("O"):
            _ = next()
            return []
        case .scalar("["):
            while case .scalar(let scalar) = next() { if "@"..."~" ~= scalar { break } }
            return []
        case .scalar(let scalar): return [alone] + (Key(scalar).map { [.key($0)] } ?? [])
        }
    }

    /// Curses reports mouse activity once, however much there was, and returns the latest event first.
    private mutating func mouse() -> [MouseEvent] {
        var events: [MEVENT] = []
        var event = MEVENT()
        while getmouse(&event) == OK { events.append(event) }
        return events.reversed().compactMap { mouseEvent($0) }
    }

    private mutating func mouseEvent(_ event: MEVENT) -> MouseEvent? {
        let kind: MouseEvent.Kind
        if event.bstate & curses_wheel_up() != 0 {
            kind = .wheelUp
        } else if event.bstate & curses_wheel_down() != 0 {
            kind = .wheelDown
        } else if event.bstate & curses_button_pressed() != 0 {
            kind = press(event)
        } else {
            return nil
        }
        return MouseEvent(kind, column: Int(event.x), row: Int(event.y))
    }

    private mutating func press(_ event: MEVENT) -> MouseEvent.Kind {
        let now = ContinuousClock.now
        if let last = lastPress, last.column == event.x, last.row == event.y, now - last.at < Self.doublePressLimit {
            lastPress = nil
            return .doublePress
        }
        lastPress = (now, event.x, event.y)
        return .press
    }
}

extension Key {
    /// From a curses key code; nil for unused keys.
    init?(code: CInt) {
        switch code {
        case KEY_UP: self = .up
        case KEY_DOWN: self = .down
        case KEY_LEFT: self = .left
        case KEY_RIGHT: self = .right
        case KEY_PPAGE: self = .pageUp
        case KEY_NPAGE: self = .pageDown
        // Some terminals' Home and End are Find and Select in terminfo.
        case KEY_HOME, KEY_FIND: self = .home
        case KEY_END, KEY_SELECT: self = .end
        case KEY_ENTER: self = .enter
        case KEY_BACKSPACE: self = .backspace
        case KEY_DC: self = .delete
        case KEY_BTAB: self = .backTab
        case KEY_F0 + 1...KEY_F0 + 12: self = .function(Int(code - KEY_F0))
        default: return nil
        }
    }

    /// From a character; nil for unused control characters.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\r", "\n": self = .enter
        case "\t": self = .tab
        case "\u{08}", "\u{7F}": self = .backspace
        case "\u{1B}": self = .escape
        case "\u{01}"..."\u{1A}": self = .control(Character(Unicode.Scalar(UInt8(scalar.value) | 0x60)))
        case "\u{00}"..."\u{1F}", "\u{80}"..."\u{9F}": return nil
        default: self = .character(Character(scalar))
        }
    }
}
