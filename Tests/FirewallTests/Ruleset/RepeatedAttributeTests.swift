import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Attributes that are there more than once")
struct RepeatedAttributeTests {
    /// A rule with two lists of expressions, which no kernel lists.
    private func rule(_ targets: [String]) throws -> RulesetObject {
        var request = Request.netfilter("rule", subsystem: 10, message: 6, flags: 0, family: 2)
        request.append(1, text: "filter")
        request.append(2, text: "INPUT")
        for target in targets {
            request.nest(4) { list in
                list.nest(1) { expression in
                    expression.append(1, text: "target")
                    expression.nest(2) { $0.append(1, text: target) }
                }
            }
        }
        let bytes = request.message(sequence: 1)
        var cursor = MessageCursor()
        let message = try #require(try cursor.next(in: bytes.span.bytes))
        return try RulesetObject(.rule, message, in: bytes.span.bytes)
    }

    @Test("The last counts, as for the kernel: nothing that acts beyond a namespace hides behind it")
    func last() throws {
        #expect(try rule(["LOG", "IDLETIMER"]).actorBeyondNamespaces == "target IDLETIMER")
        #expect(try rule(["IDLETIMER", "LOG"]).actorBeyondNamespaces == nil)
    }
}
