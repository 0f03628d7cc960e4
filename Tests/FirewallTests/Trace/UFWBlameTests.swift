import Conntrack
import Firewall
import Foundation
import TestSupport
import Testing

/// With the rules that ufw(8) itself generates.
@Suite("Blaming UFW's own rules", .needsRoot, .needsTool("ufw"), .needsTool("nft"))
struct UFWBlameTests {
    @Test func invalidPacketsAndADeniedPort() throws {
        let packets =
            BlameLiveTests.invalid + [
                CraftedPacket.tcp([.fin, .ack], ipv6: true), CraftedPacket.tcp(.syn, port: 81), CraftedPacket.tcp(.syn),
            ]
        let blame = try Blame(packets, dropped: packets.count - 1, rules: Self.enable)
        #expect(blame.dropped == blame.counted)
        let chains = Dictionary(uniqueKeysWithValues: blame.dropped.keys.map { ($0.chain, $0) })
        #expect(Set(chains.keys) == ["ufw-before-input", "ufw6-before-input", "ufw-user-input"])
        let before = try #require(chains["ufw-before-input"])
        #expect(blame.classes(before) == ["FIN": 2, "RST": 1, "frag-needed": 1])
        #expect(blame.texts[before] == .known(statement: "ct state invalid drop", hook: nil))
        let user = try #require(chains["ufw-user-input"])
        #expect(blame.classes(user) == ["SYN": 1])
        #expect(blame.texts[user] == .known(statement: "tcp dport 81 drop", hook: nil))
        #expect((blame.tally.drops[user] ?? [:]).keys.map(\.state) == [.new])
        let six = try #require(chains["ufw6-before-input"])
        #expect(six.family == .ip6)
        #expect(blame.classes(six) == ["FIN": 1])
    }

    private static func enable() throws {
        try inTemporaryFolder { folder in
            let outcome = try Tool.outcome(of: "/usr/bin/unshare", ["-m", "sh", "-c", UFW.enabling, folder])
            try #require(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
        }
    }
}
