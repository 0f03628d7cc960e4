import Foundation
import TestSupport
import Testing

@testable import Terminal

extension DriverTests {
    /// The driver's output as displayed by tmux, an independent terminal.
    @Suite(.serialized, .enabled(if: Tool.path(of: "tmux") != nil), .timeLimit(.minutes(5)))
    struct Pictures {
        private static let size = Size(columns: 80, rows: 24)

        /// The rows of a tmux of the same size after these screens were drawn in sequence.
        private func picture(_ screens: [Screen], usesColour: Bool = true, withLooks: Bool = false) throws -> [String] {
            let terminal = try Pseudoterminal()
            let choice = TerminalChoice(
                input: terminal.descriptor, output: terminal.descriptor, name: "tmux-256color", locale: "C.UTF-8")
            var driver = try CursesDriver(usesMouse: true, usesColour: usesColour, choice)
            for screen in screens { driver.draw(screen) }
            return try Self.rendered(terminal.output(), withLooks: withLooks)
        }

        private static func rendered(_ bytes: String, withLooks: Bool) throws -> [String] {
            try inTemporaryFolder { folder in
                try bytes.write(toFile: "\(folder)/bytes", atomically: true, encoding: .utf8)
                let tmux = try #require(Tool.path(of: "tmux"))
                // tmux exits by sending itself a signal, which must not be inherited as blocked.
                func run(_ arguments: String...) throws -> String {
                    let tool = try BackgroundTool(
                        ["/usr/bin/env", "LC_ALL=C.UTF-8", tmux, "-u", "-f", "/dev/null", "-S", "\(folder)/socket"]
                            + arguments)
                    guard try tool.wait() == 0 else { throw SystemFailure("tmux: \(tool.complaint)", errno: EIO) }
                    return tool.output
                }
                _ = try run(
                    "new-session", "-d", "-x", "80", "-y", "24",
                    "stty -opost; cat \(folder)/bytes; touch \(folder)/done; sleep 60")
                defer { _ = try? run("kill-server") }
                _ = try run("set", "status", "off")
                try waitUntil("all is shown") { FileManager.default.fileExists(atPath: "\(folder)/done") }
                var picture = ""
                // tmux shows what it was sent with a delay.
                try waitUntil("the picture stands still") {
                    let before = picture
                    usleep(100_000)
                    picture = try withLooks ? run("capture-pane", "-p", "-e") : run("capture-pane", "-p")
                    return picture == before
                }
                return picture.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            }
        }

        @Test("Every cell can be used, including the last one, and no row continues in the next")
        func full() throws {
            let row = Line([Run(String(repeating: "é", count: 70)), Run("漢漢漢漢漢", .bar)])
            let full = Screen(Array(repeating: row, count: 24), size: Self.size)
            #expect(try picture([full]) == full.text.split(separator: "\n").map(String.init))
        }

        @Test("Drawing over another screen leaves nothing of it")
        func over() throws {
            let first = Screen(
                (0..<24).map { Line([Run("row \($0) " + String(repeating: "x", count: 80))]) }, size: Self.size)
            let second = Screen((0..<24).map { Line($0 % 3 == 0 ? [] : [Run("\($0)")]) }, size: Self.size)
            let rows = try picture([first, second])
            let trimmed = rows.map { $0.prefix { $0 != " " } }
            #expect(trimmed == (0..<24).map { $0 % 3 == 0 ? "" : "\($0)" })
        }

        @Test("Text that breaks the rules of its screen only affects its own row")
        func hostile() throws {
            let bad = Line([Run("a\u{1B}[2Jb\nc\td\u{85}"), Run("👨‍👩‍👧", .bad), Run("\u{301}e")])
            let full = Line([Run(String(repeating: "👩‍👩‍👧‍👧", count: 40))])
            let rows = try picture([Screen([bad, full, Line([Run("intact")])], size: Self.size)])
            #expect(rows[0].hasPrefix("a?[2Jb?c?d?"))
            #expect(rows[2] == "intact")
        }

        @Test("Every ink has its own look, and another one without colours")
        func inks() throws {
            let lines = Ink.allCases.map { Line([Run("\($0)", $0)]) }
            let screen = Screen(lines, size: Self.size)
            let coloured = try picture([screen], withLooks: true)
            #expect(coloured[Int(Ink.caution.rawValue)].contains("38;5;136"))
            #expect(coloured[Int(Ink.plain.rawValue)].hasPrefix("plain"))
            // Only the row under the cursor has a background.
            #expect(
                coloured.map { $0.contains("48;5") }.prefix(Ink.allCases.count)
                    == ArraySlice(Ink.allCases.map { $0 == .selected }))
            let plain = try picture([screen], usesColour: false, withLooks: true)
            for colour in ["38;5", "48;5"] + (30...37).map({ "\u{1B}[\($0)" }) {
                #expect(!plain.joined().contains(colour))
            }
            #expect(plain[Int(Ink.bad.rawValue)] != "bad" && plain[Int(Ink.selected.rawValue)] != "selected")
        }
    }
}
