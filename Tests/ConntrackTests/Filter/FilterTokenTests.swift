import Addresses
import Conntrack
import Testing

/// How a filter line is read.
struct FilterTokenTests {
    private static func word(_ name: String, _ values: String, not isNegated: Bool = false) -> FilterToken {
        .word(name, values: values, isNegated: isNegated)
    }

    private static func filter(_ line: String) throws -> EntryFilter {
        var filter = EntryFilter()
        for token in try FilterToken.tokens(of: line) where try !filter.add(token) { Issue.record("\(token)") }
        return filter
    }

    @Test func aLineIsSplitAtBlanks() throws {
        let line = "  dst=10.0.0.100 state=SYN_SENT\t!protocol=udp dport=80,443 src=!10.0.0.0/8 unreplied !web 10.0 "
        #expect(
            try FilterToken.tokens(of: line) == [
                Self.word("dst", "10.0.0.100"), Self.word("state", "SYN_SENT"), Self.word("protocol", "udp", not: true),
                Self.word("dport", "80,443"), Self.word("src", "10.0.0.0/8", not: true),
                .text("unreplied", isNegated: false), .text("web", isNegated: true), .text("10.0", isNegated: false),
            ])
        for blank in ["", " ", "\t \u{A0}"] { #expect(try FilterToken.tokens(of: blank).isEmpty) }
    }

    @Test(arguments: ["!dst=x,y", "dst!=x,y", "dst=!x,y"]) func allNegationsAreOne(_ line: String) throws {
        let tokens = try FilterToken.tokens(of: line)
        #expect(tokens == [Self.word("dst", "x,y", not: true)])
        #expect(tokens.map(\.argument) == ["!x,y"])
    }

    /// Some are invalid, but only the parser that knows the words can tell.
    @Test func namesAndValuesAreNotLookedAt() throws {
        let tokens = try FilterToken.tokens(of: "dst= dst=! nosuch=a=b a!b=80,!443 x!")
        #expect(
            tokens == [
                Self.word("dst", ""), Self.word("dst", "", not: true), Self.word("nosuch", "a=b"),
                Self.word("a!b", "80,!443"), .text("x!", isNegated: false),
            ])
        #expect(tokens.map(\.argument) == ["", "!", "a=b", "80,!443", nil])
    }

    @Test(
        arguments: ["!dst=!x", "!dst!=x", "dst!=!x", "!!dst=x", "dst=!!x", "dst!!=x", "!dst!=!x", "!!dst", "a=b !!dst"])
    func whatIsNegatedTwiceIsAnError(_ line: String) {
        let error = #expect(throws: FilterError.self) { try FilterToken.tokens(of: line) }
        #expect(error == FilterError("dst", .negatedTwice))
        #expect(error.map { "\($0)" } == "dst: negated twice; use a single !")
    }

    @Test(arguments: ["!", "=", "=80", "!=80", "!=!80", "!!"]) func aNegationOrAnEqualsSignNeedsAWord(_ line: String) {
        let error = #expect(throws: FilterError.self) { try FilterToken.tokens(of: "a=b " + line) }
        #expect(error == FilterError(line, .nameless))
        #expect(error.map { "\($0)" } == "“\(line)” names nothing; expected WORD=VALUE, a flag, or text")
    }

    @Test func tokensBecomeConditions() throws {
        let filter = try Self.filter(
            "dst=10.0.0.100 state=SYN_SENT !proto=udp dport=80,443 dport=!80 dport!=22 dport=8080 "
                + "src=!10.0.0.0/8 unreplied !assured")
        var expected = EntryFilter()
        expected.original.destinations.wanted = ["10.0.0.100"].compactMap(Prefix.init)
        expected.states.wanted = ["SYN_SENT"].compactMap { EntryFilter.State($0) }
        expected.protocols.unwanted = [.udp]
        expected.original.destinationPorts = Choice([80...80, 443...443, 8080...8080], not: [80...80, 22...22])
        expected.original.sources.unwanted = ["10.0.0.0/8"].compactMap(Prefix.init)
        expected.forbiddenStatus = [.seenReply, .assured]
        #expect(filter == expected)
    }

    @Test func whatIsNoConditionOnEntriesIsLeft() throws {
        var filter = EntryFilter()
        for token in try FilterToken.tokens(of: "vip=10.0.0.100 !nosuch=x web !web dst assured=1") {
            #expect(try !filter.add(token), "\(token)")
        }
        #expect(filter.isEmpty)
    }

    @Test(arguments: [
        ("proto=tpc", "proto: “tpc” is invalid; expected a name such as tcp, or a number up to 255"),
        ("!zone=x", "zone: “x” is invalid; expected a number up to 65535"),
        ("zone=", "zone: “” is invalid; expected a number up to 65535"),
        ("zone=!", "zone: “” is invalid; expected a number up to 65535"),
        (
            "!zone=1,!2",
            "zone: ! negates all values of an argument and must come first; use another argument for the others"
        ),
        ("offload any-nat", "any-nat and offload are mutually exclusive; try src-nat"),
        ("label=bulk", "label: “bulk” is invalid; expected a number up to 127"),
    ])
    func errorsNameTheWordAsItWasWritten(_ line: String, _ sentence: String) {
        let error = #expect(throws: FilterError.self) { try Self.filter(line) }
        #expect(error.map { "\($0)" } == sentence)
    }

    @Test func namesOfLabelsAreOfWhoKnowsThem() throws {
        var filter = EntryFilter()
        let names = FilterLabels(takes: "a name") { $0 == "bulk" ? 12 : nil }
        for token in try FilterToken.tokens(of: "!label=bulk") { #expect(try filter.add(token, labels: names)) }
        #expect(filter.forbiddenLabels == [12])
    }
}
