import Foundation
import TestSupport
import Testing

/// Compares the output shown in the README and ct-inspect-lvs-dr(7) with the program's output for the bundled captures.
struct DocumentTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOf: Fixture.checkout.appendingPathComponent(path), encoding: .utf8)
    }

    // MARK: README

    /// The command of each recipe, and its documented output.
    private static func recipes() throws -> [(command: String, output: String)] {
        let readme = try text("README.md")
        let section = try #require(readme.components(separatedBy: "\n## Recipes\n").dropFirst().first)
        let blocks = try #require(section.components(separatedBy: "\n## ").first).components(separatedBy: "```\n")
        return blocks.compactMap { block in
            guard block.hasPrefix("$ "), let end = block.firstIndex(of: "\n") else { return nil }
            return (String(block[..<end].dropFirst(2)), String(block[block.index(after: end)...]))
        }
    }

    @Test("Each recipe in the README prints its documented output on the bundled capture", .needsTool("jq"))
    func recipes() throws {
        let recipes = try Self.recipes()
        #expect(recipes.count == 9)
        let start = /^sudo ct-inspect (\w+)/
        for (command, output) in recipes {
            let line = command.replacing(start) { #""$0" \#($0.1) --capture "$1""# }
            #expect(line != command)
            let words = [Program.path, Fixture(name: "mixed").capture]
            let outcome = try Program.shell(line, words, environment: ["LC_ALL": "C"])
            #expect(outcome.output == output, "\(command)")
            #expect(!outcome.output.isEmpty && outcome.complaint.isEmpty, "\(command)")
        }
    }

    @Test("The README shows the program's actual output for the bundled capture")
    func flows() throws {
        let flows = try Program.run(["flows", "--capture", Fixture(name: "dr-untracked").capture])
        #expect(
            try Self.text("README.md").contains("$ sudo ct-inspect\n" + flows.output),
            "make fixtures has changed it: copy it into the README")
    }

    @Test("The observation in the README is the manual page's, which the lab recorded")
    func observation() throws {
        let readme = try Self.text("README.md")
        let shown = try #require(readme.components(separatedBy: "$ sudo ct-inspect observe\n").dropFirst().first)
        let block = try #require(shown.components(separatedBy: "```").first)
        #expect(try Self.words(block) == Self.words(Self.display("lab: observe")))
    }

    // MARK: ct-inspect-lvs-dr(7)

    /// A display marked with a lab comment, without its leading commands, as readers see it.
    private static func display(_ mark: String) throws -> String {
        let page = try text("man/ct-inspect-lvs-dr.7")
        let behind = try #require(
            page.components(separatedBy: ".\\\" \(mark)\n.Bd -literal\n").dropFirst().first, "\(mark)")
        let display = try #require(behind.components(separatedBy: ".Ed\n").first)
        let escapes = [(#"\-"#, "-"), (#"\(em"#, "—"), (#"\&"#, ""), (#"\e"#, #"\"#)]
        let seen = escapes.reduce(display) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        let isCommand = { (line: Substring) in line.hasPrefix("# ") || line.hasPrefix("$ ") }
        return seen.split(separator: "\n").drop(while: isCommand).joined(separator: "\n")
    }

    /// Long sentences wrap differently on a page.
    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    @Test(
        "The page shows the program's output for the bundled captures on a 75-column terminal",
        arguments: [
            ("flows dr-untracked", "flows"), ("flows dr-conntrack", "flows"),
            ("explain dr-untracked", "explain --flags FIN,ACK"),
        ])
    func transcripts(_ display: String, _ command: String) throws {
        let line = #"script -qec "stty cols 75; '$0' $1 --color never --capture '$2'" /dev/null"#
        let fixture = try #require(display.split(separator: " ").last)
        let outcome = try Program.shell(line, [Program.path, command, Fixture(name: String(fixture)).capture])
        #expect(outcome.status == 0)
        #expect(try Self.words(Self.display("capture: \(display)")) == Self.words(outcome.output))
    }

    @Test(
        "mandoc and groff have no complaints about the page",
        .needsTool("mandoc"), .needsTool("man"))
    func lint() throws {
        let page = Fixture.checkout.appendingPathComponent("man/ct-inspect-lvs-dr.7").path
        // Other pages that are not installed here are not this page's fault.
        let lint = try Program.shell(#"mandoc -Tlint "$0" | grep -v 'referenced manual not found'"#, [page])
        #expect(lint.output.isEmpty)
        let groff = try Program.shell(
            #"man --warnings -l "$0" 2>&1 >/dev/null"#, [page], environment: ["LC_ALL": "C.UTF-8"])
        #expect(groff.status == 0 && groff.output.isEmpty, "\(groff.output)")
    }
}
