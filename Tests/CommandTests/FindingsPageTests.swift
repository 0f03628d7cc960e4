import Foundation
import TestSupport
import Testing

@testable import Inspection

/// ct-inspect-findings(7), beside the checks.
struct FindingsPageTests {
    private static func page() throws -> String {
        try String(contentsOf: Fixture.checkout.appendingPathComponent("man/ct-inspect-findings.7"), encoding: .utf8)
    }

    /// By id: the lines of each section.
    private static func sections() throws -> [(id: String, text: String)] {
        try page().components(separatedBy: "\n.Ss ").dropFirst().map { section in
            let lines = section.components(separatedBy: "\n.Sh ")[0].split(separator: "\n", maxSplits: 1)
            let id = String(try #require(lines.first)).replacing("\\-", with: "-")
            return (id, String(lines.count > 1 ? lines[1] : ""))
        }
    }

    @Test("Each check has one section, in the order of --list, and each section is of a check")
    func ids() throws {
        #expect(try Self.sections().map(\.id) == Check.all.map(\.id.rawValue))
    }

    @Test("Each section says what, why, what to do and how to prove it, and the severity at worst")
    func parts() throws {
        for (section, check) in zip(try Self.sections(), Check.all) {
            let parts = section.text.split(separator: "\n").filter { $0.hasPrefix(".It ") }
            #expect(parts == [".It What", ".It Why", ".It Remedy", ".It Proof"], "\(section.id)")
            #expect(section.text.contains("\nSeverity: \(check.worst.rawValue).\n"), "\(section.id)")
        }
    }

    @Test("mandoc and groff have no complaints about the page", .needsTool("mandoc"), .needsTool("man"))
    func lint() throws {
        let path = Fixture.checkout.appendingPathComponent("man/ct-inspect-findings.7").path
        let lint = try Program.shell(#"mandoc -Tlint "$0" | grep -v 'referenced manual not found'"#, [path])
        #expect(lint.output.isEmpty)
        let groff = try Program.shell(
            #"man --warnings -l "$0" 2>&1 >/dev/null"#, [path], environment: ["LC_ALL": "C.UTF-8"])
        #expect(groff.status == 0 && groff.output.isEmpty, "\(groff.output)")
    }
}
