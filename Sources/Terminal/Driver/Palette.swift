import CNCurses

/// How this terminal shows each ink. The background is the terminal's own, light or dark; the colors are readable on both. Only the row under
/// the cursor has a background of its own: reversed, it would be a patchwork of its colors, and bars in it would hang from above.
struct Palette {
    private enum Colours { case none, few, many }

    private let colours: Colours

    init(usesColour: Bool) {
        colours = usesColour ? Self.start() : .none
        for ink in Ink.allCases {
            guard let number = foreground(ink) else { continue }
            init_pair(Self.pair(of: ink), number, background(ink))
        }
    }

    private static func start() -> Colours {
        // Without default colors the background is unknown.
        guard has_colors(), start_color() == OK, use_default_colors() == OK else { return .none }
        // With more than 256, numbers above 7 are no longer at their usual positions.
        return curses_colours() == 256 ? .many : curses_colours() >= 8 ? .few : .none
    }

    private static func pair(of ink: Ink) -> Int16 { Int16(ink.rawValue) + 1 }

    func use(_ ink: Ink, on window: UnsafeMutablePointer<WINDOW>) {
        let pair = foreground(ink) == nil ? 0 : Self.pair(of: ink)
        wattr_set(window, attributes(ink), pair, nil)
    }

    /// The color's number; -1 for the terminal's default.
    private func background(_ ink: Ink) -> Int16 {
        guard ink == .selected else { return -1 }
        return colours == .many ? 24 : 4
    }

    /// The color's number; nil for the terminal's default.
    private func foreground(_ ink: Ink) -> Int16? {
        let numbers: (many: Int16, few: Int16)
        switch ink {
        case .plain, .strong, .bar: return nil
        // Eight colors contain no gray, and none that stands out on both backgrounds as these inks should.
        case .dim: return colours == .many ? 244 : nil
        case .title, .key: return colours == .many ? 31 : nil
        case .good: numbers = (28, 2)
        case .caution: numbers = (136, 3)
        case .bad: numbers = (160, 1)
        case .odd: numbers = (133, 5)
        case .selected: numbers = (255, 7)
        }
        switch colours {
        case .none: return nil
        case .few: return numbers.few
        case .many: return numbers.many
        }
    }

    private func attributes(_ ink: Ink) -> attr_t {
        switch ink {
        case .plain, .good: 0
        case .dim: colours == .many ? 0 : curses_dim()
        case .strong: curses_bold()
        case .title: colours == .many ? curses_bold() : curses_bold() | curses_underline()
        case .bar: curses_reverse()
        case .selected: colours == .none ? curses_reverse() : 0
        case .key: colours == .many ? curses_bold() : curses_bold() | curses_underline()
        case .caution, .odd: colours == .none ? curses_underline() : 0
        case .bad: colours == .none ? curses_bold() | curses_reverse() : curses_bold()
        }
    }
}
