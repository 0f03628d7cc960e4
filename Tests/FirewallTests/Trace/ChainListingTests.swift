import TestSupport
import Testing

@testable import Firewall

@Suite("Chains as nft lists them")
struct ChainListingTests {
    /// nft 1.0.6 of Debian 12, `nft -a -s -t list chain`: a table of iptables-nft, and one of nft.
    private static let iptables = """
        # Warning: table ip filter is managed by iptables-nft, do not touch!
        table ip filter {
        \tchain INPUT { # handle 1
        \t\ttype filter hook input priority filter; policy accept;
        \t\tip saddr 1.1.1.1 counter jump x # handle 4
        \t\tct state invalid  counter drop # handle 2
        \t\tmeta l4proto tcp tcp dport { 1, 2, 3 } xt match hashlimit counter packets 3 bytes 180 drop # handle 6
        \t}
        }
        """
    private static let nft = """
        table inet f {
        \tchain c1 { # handle 1
        \t\taccept # handle 4
        \t}

        \tchain c { # handle 2
        \t\tcomment "hello"
        \t\ttype filter hook input priority filter + 10; policy drop;
        \t\tip saddr @big counter drop comment "my counter  is # handle 9" # handle 3
        \t\tip saddr { 1.1.1.1, 1.1.1.2,
        \t\t\t     1.1.1.9 } counter drop # handle 5
        \t\ttcp dport vmap { 80 : accept, 81 : drop } # handle 7
        \t\tjump counter # handle 8
        \t\tcounter name "c" drop # handle 10
        \t}
        }
        """

    @Test func ofIptables() {
        let listing = ChainListing(of: "INPUT", in: Self.iptables)
        #expect(listing.hook == "input")
        #expect(
            listing.rules == [
                4: "ip saddr 1.1.1.1 jump x", 2: "ct state invalid drop",
                6: "meta l4proto tcp tcp dport { 1, 2, 3 } xt match hashlimit drop",
            ])
    }

    @Test func ofNft() {
        let listing = ChainListing(of: "c", in: Self.nft)
        #expect(listing.hook == "input")
        #expect(
            listing.rules == [
                3: #"ip saddr @big drop comment "my counter  is # handle 9""#,
                5: "ip saddr { 1.1.1.1, 1.1.1.2, 1.1.1.9 } drop", 7: "tcp dport vmap { 80 : accept, 81 : drop }",
                8: "jump counter", 10: #"counter name "c" drop"#,
            ])
    }

    @Test func damageNeverCrashes() {
        var generator = SeededGenerator(seed: 7)
        var found = 0
        for _ in 0..<2000 {
            let text = String(decoding: generator.damage(Array(Self.nft.utf8)), as: UTF8.self)
            found += ChainListing(of: "c", in: text).rules.count
        }
        #expect(found > 2000)
    }

    @Test(arguments: ["INPUT", "ufw-before-input", "_a", "cali-fw-x/y", "f2b_sshd.1"])
    func namesThatNftReads(_ name: String) { #expect(RuleListing.isWord(name)) }

    @Test(arguments: ["", "x; flush ruleset", "a b", "1st", "\"q\"", "a\nb", "ä", "-x", "a{"])
    func namesThatItDoesNot(_ name: String) { #expect(!RuleListing.isWord(name)) }
}
