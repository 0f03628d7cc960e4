import Conntrack
import Foundation
import Inspection
import TestSupport
import Testing

/// ct-inspect-filter(7), beside the words of the lists.
struct FilterPageTests {
    private static func page() throws -> String {
        try String(contentsOf: Fixture.checkout.appendingPathComponent("man/ct-inspect-filter.7"), encoding: .utf8)
    }

    /// The words that the page says a list has.
    private static func words(of list: String) throws -> Set<String> {
        let section = try page().components(separatedBy: "\n.Sh WORDS\n")[1].components(separatedBy: "\n.Sh ")[0]
        var words: Set<String> = []
        for item in section.components(separatedBy: "\n.It Cm ").dropFirst() {
            let lines = item.split(separator: "\n")
            let text = lines.dropFirst().joined(separator: " ")
            guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { continue }
            let lists = text[..<end].dropFirst().components(separatedBy: ", ")
            guard lists.contains(list) else { continue }
            words.formUnion(
                lines[0].replacing("\\-", with: "-").components(separatedBy: " , "))
        }
        return words
    }

    @Test("Each list has the words that the page says")
    func words() throws {
        func known(_ list: FilterVocabulary) -> Set<String> { Set(list.words).subtracting(["client"]) }
        #expect(try Self.words(of: "flows") == known(.flows(.none)))
        #expect(try Self.words(of: "services") == known(.services(.none)))
        #expect(try Self.words(of: "servers") == known(.servers(.none)))
        #expect(try Self.words(of: "drops") == known(.drops(.none)))
        #expect(try Self.words(of: "observe") == known(.observation(.none)))
        #expect(try Self.words(of: "entries") == known(.entries(.none)))
        #expect(try Self.words(of: "events of watch").union(known(.entries(.none))) == known(.events(.none)))
        #expect(try Self.words(of: "records") == known(.records(.none)))
        let page = try Self.page().replacing("\\-", with: "-")
        for trait in FilterTrait.allCases { #expect(page.contains(".Cm \(trait.rawValue)")) }
        for flag in FilterFlag.allCases { #expect(page.contains(flag.rawValue), "\(flag)") }
    }

    @Test("Its examples are filters")
    func examples() throws {
        let examples = try Self.page().split(separator: "\n").filter { $0.hasPrefix(".Dl ") }.map { $0.dropFirst(4) }
        #expect(examples.count == 5)
        for example in examples {
            let line = String(example).replacing("\\-", with: "-")
            let isRead = [FilterVocabulary.flows(.none), .entries(.none), .observation(.none)].contains {
                ((try? FilterExpression.read(line, for: $0)) ?? nil) != nil
            }
            #expect(isRead, "\(line)")
        }
    }

    @Test("mandoc and groff have no complaints about the page", .needsTool("mandoc"), .needsTool("man"))
    func lint() throws {
        let path = Fixture.checkout.appendingPathComponent("man/ct-inspect-filter.7").path
        let lint = try Program.shell(#"mandoc -Tlint "$0" | grep -v 'referenced manual not found'"#, [path])
        #expect(lint.output.isEmpty)
        let groff = try Program.shell(
            #"man --warnings -l "$0" 2>&1 >/dev/null"#, [path], environment: ["LC_ALL": "C.UTF-8"])
        #expect(groff.status == 0 && groff.output.isEmpty, "\(groff.output)")
    }
}
