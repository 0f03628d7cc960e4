import Testing

@testable import Terminal

extension DriverTests {
    /// Within the suite, as there can only be one curses per process.
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct Keyboard {
        private let terminal: Pseudoterminal

        init() throws { terminal = try Pseudoterminal(columns: 200) }

        private func inputs(_ bytes: String, _ name: String = "xterm-256color", usesMouse: Bool = false) throws
            -> [Input]
        {
            let choice = TerminalChoice(
                input: terminal.descriptor, output: terminal.descriptor, name: name, locale: "C.UTF-8")
            var driver = try CursesDriver(usesMouse: usesMouse, usesColour: true, choice)
            terminal.type(bytes)
            return driver.inputs()
        }

        private static let sequences: [(String, Key)] = [
            ("\u{1B}OA", .up), ("\u{1B}OB", .down), ("\u{1B}OC", .right), ("\u{1B}OD", .left), ("\u{1B}OH", .home),
            ("\u{1B}OF", .end), ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown), ("\u{1B}[3~", .delete),
            ("\u{1B}[Z", .backTab), ("\u{1B}OP", .function(1)), ("\u{1B}[15~", .function(5)),
            ("\u{1B}[24~", .function(12)), ("\t", .tab), ("\r", .enter), ("\n", .enter), ("\u{1B}OM", .enter),
            ("\u{8}", .backspace), ("\u{7F}", .backspace), ("\u{1B}", .escape), ("\u{0C}", .control("l")),
            ("\u{12}", .control("r")), ("\u{11}", .control("q")), ("\u{16}", .control("v")), ("q", .character("q")),
            (" ", .character(" ")), ("é", .character("é")), ("漢", .character("漢")),
        ]

        @Test("Every key is recognised by its bytes", arguments: sequences)
        func keys(_ bytes: String, _ key: Key) throws { #expect(try inputs(bytes) == [.key(key)]) }

        @Test("Keys that arrive together are all reported, in order")
        func together() throws {
            let bytes = Self.sequences.filter { $0.1 != .escape }
            #expect(try inputs(bytes.map(\.0).joined()) == bytes.map { .key($0.1) })
        }

        @Test(
            "Unknown keys are discarded completely",
            arguments: ["\u{1B}[1;5A", "\u{1B}[200~", "\u{1B}[99;7u", "\u{1B}Ox", "\u{0}", "\u{1D}"])
        func unknown(_ bytes: String) throws { #expect(try inputs(bytes + "x") == [.key(.character("x"))]) }

        @Test("Escape and the next key are two keys")
        func escapeFirst() throws { #expect(try inputs("\u{1B}q") == [.key(.escape), .key(.character("q"))]) }

        @Test("Other terminals send other sequences")
        func otherTerminals() throws {
            #expect(try inputs("\u{1B}[A\u{1B}[1~\u{1B}[[A", "linux") == [.key(.up), .key(.home), .key(.function(1))])
            #expect(try inputs("\u{1B}OA\u{1B}[1~\u{1B}[4~", "screen") == [.key(.up), .key(.home), .key(.end)])
        }

        @Test("Clicks, double clicks, and the wheel, up to the right edge of a wide terminal")
        func mouse() throws {
            let click = "\u{1B}[<0;151;10M\u{1B}[<0;151;10m"
            let typed = try inputs(
                click + click + click + "\u{1B}[<64;1;2M\u{1B}[<65;1;2M" + "\u{1B}[<2;1;1M\u{1B}[<2;1;1m",
                usesMouse: true)
            #expect(
                typed == [
                    .mouse(MouseEvent(.press, column: 150, row: 9)),
                    .mouse(MouseEvent(.doublePress, column: 150, row: 9)),
                    .mouse(MouseEvent(.press, column: 150, row: 9)), .mouse(MouseEvent(.wheelUp, column: 0, row: 1)),
                    .mouse(MouseEvent(.wheelDown, column: 0, row: 1)),
                ])
        }

        @Test(
            "Unused input is discarded without waiting",
            arguments: ["\u{1B}[<0;1;1m", "\u{1B}[<2;1;1M", "\u{1B}[<66;1;1M", "\u{1B}[<35;9;9M"])
        func uselessMouse(_ bytes: String) throws {
            #expect(try inputs(bytes, usesMouse: true) == [])
            #expect(try inputs(bytes + "q", usesMouse: true) == [.key(.character("q"))])
        }

        @Test("A mouse that reports in the old xterm format")
        func oldMouse() throws {
            #expect(
                try inputs("\u{1B}[M %*\u{1B}[M#%*", "tmux-256color", usesMouse: true)
                    == [.mouse(MouseEvent(.press, column: 4, row: 9))])
        }
    }
}
