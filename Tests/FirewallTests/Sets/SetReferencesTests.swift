import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Where rules refer to sets of ipset")
struct SetReferencesTests {
    private func used(_ rule: RulesetObject) throws -> Set<UInt16> {
        try SetReferences.indexes(at: rule.setReferences, in: rule.attributes.span.bytes)
    }

    @Test("A match has one set, a target up to three, by revision")
    func places() throws {
        let match = try SetRules.rule(match: "set", revision: 4, [7, 0, 1, 2])
        #expect(try used(match) == [7])
        let old = [3, 0] + [UInt8](repeating: 0, count: 30) + [255, 255] + [UInt8](repeating: 0, count: 30)
        #expect(try used(SetRules.rule(target: "SET", revision: 0, old)) == [3])
        let adding: [UInt8] = [255, 255, 0, 0, 9, 1, 1, 2, 5, 0, 1, 2]
        #expect(try used(SetRules.rule(target: "SET", revision: 2, adding)) == [265])
        #expect(try used(SetRules.rule(target: "SET", revision: 3, adding)) == [265, 5])
        #expect(try used(SetRules.rule(match: "mark", revision: 1, [7, 0, 0, 0])) == [])
    }

    @Test("Of an unknown revision, or one without all of its data, nothing is guessed")
    func unknown() throws {
        let newer = try SetRules.rule(match: "set", revision: 5, [7, 0, 1, 2])
        #expect(throws: DecodeError.self) { try newer.setReferences }
        let short = try SetRules.rule(target: "SET", revision: 3, [7, 0, 1, 2])
        #expect(throws: DecodeError.self) { try used(short) }
    }
}
