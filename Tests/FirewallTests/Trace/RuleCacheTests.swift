import Firewall
import TestSupport
import Testing

@Suite("Looking up the text of rules", .needsRoot, .needsTool("nft"))
struct RuleCacheTests {
    private static func rule(_ handle: UInt64, chain: String = "c") -> DroppingRule {
        DroppingRule(family: .inet, table: "t", chain: chain, decision: .rule(handle: handle))
    }

    private static let missing = "the rule was gone when its chain was listed"

    private static func makeTable() throws {
        try Tool.run("nft add table inet t")
        try Tool.run("nft add chain inet t c { type filter hook forward priority 0 ; policy drop ; }")
        try Tool.run(#"nft add rule inet t c ip saddr 10.0.0.0/8 counter drop comment "private""#)
    }

    private static func handle(of text: String) throws -> UInt64 {
        let lines = try Tool.run("nft -a list chain inet t c").split(separator: "\n")
        let line = try #require(lines.first { $0.contains(text) })
        return try #require(line.split(separator: " ").last.flatMap { UInt64($0) })
    }

    @Test func aRuleAndAPolicy() throws {
        try inFreshNamespace {
            try Self.makeTable()
            let book = RuleCache()
            let text = book.text(of: Self.rule(try Self.handle(of: "private")), at: .now)
            #expect(text == .known(statement: #"ip saddr 10.0.0.0/8 drop comment "private""#, hook: "forward"))
            let policy = DroppingRule(family: .inet, table: "t", chain: "c", decision: .policy)
            #expect(book.text(of: policy, at: .now) == .known(statement: "policy drop", hook: "forward"))
        }
    }

    @Test func aNewRuleIsFoundLaterAndAListedOneIsKept() throws {
        try inFreshNamespace {
            try Self.makeTable()
            let (book, start) = (RuleCache(), ContinuousClock.now)
            let old = Self.rule(try Self.handle(of: "private"))
            let text = book.text(of: old, at: start)
            try Tool.run("nft add rule inet t c udp dport 7 drop")
            let new = Self.rule(try Self.handle(of: "udp"))
            #expect(book.text(of: new, at: start + .seconds(1)) == .unknown(Self.missing))
            #expect(
                book.text(of: new, at: start + .seconds(11)) == .known(statement: "udp dport 7 drop", hook: "forward"))
            try Tool.run("nft delete chain inet t c")
            #expect(
                book.text(of: new, at: start + .seconds(12)) == .known(statement: "udp dport 7 drop", hook: "forward"))
            #expect(text != .unknown(Self.missing))
        }
    }

    @Test func aTextThatWasFoundOutlastsItsRule() throws {
        try inFreshNamespace {
            try Self.makeTable()
            let (book, start) = (RuleCache(), ContinuousClock.now)
            let rule = Self.rule(try Self.handle(of: "private"))
            let text = book.text(of: rule, at: start)
            try Tool.run("nft flush chain inet t c")
            #expect(book.text(of: Self.rule(99), at: start + .seconds(11)) == .unknown(Self.missing))
            #expect(book.text(of: rule, at: start + .seconds(12)) == text)
            #expect(text == .known(statement: #"ip saddr 10.0.0.0/8 drop comment "private""#, hook: "forward"))
        }
    }

    @Test func whatHasGone() throws {
        try inFreshNamespace {
            try Self.makeTable()
            let book = RuleCache()
            #expect(book.text(of: Self.rule(99), at: .now) == .unknown(Self.missing))
            #expect(book.text(of: Self.rule(1, chain: "gone"), at: .now) == .unknown("the chain is gone"))
        }
    }

    /// nft(8) cannot query it by name, but iptables-nft creates such chains.
    @Test(.needsTool("iptables-nft")) func aNameThatIsAWordOfNft() throws {
        try inFreshNamespace {
            try Tool.run("iptables-nft -N reject")
            try Tool.run("iptables-nft -A reject -p udp -j DROP")
            let listing = try Tool.run("nft -a list table ip filter")
            let line = try #require(listing.split(separator: "\n").first { $0.contains("drop") })
            let handle = try #require(line.split(separator: " ").last.flatMap { UInt64($0) })
            let rule = DroppingRule(family: .ip, table: "filter", chain: "reject", decision: .rule(handle: handle))
            let text = RuleCache().text(of: rule, at: .now)
            guard case .known(let statement, nil) = text else {
                Issue.record("\(text)")
                return
            }
            #expect(statement.hasSuffix("drop"))
            #expect(statement.contains("udp"))
        }
    }

    @Test func aNameIsNoCommand() throws {
        try inFreshNamespace {
            try Self.makeTable()
            let text = RuleCache().text(of: Self.rule(1, chain: "c; delete table inet t"), at: .now)
            #expect(text == .unknown("the chain is gone"))
            #expect(try Tool.run("nft list tables").contains("inet t"))
        }
    }
}
