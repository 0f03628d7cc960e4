import Netlink
import TestSupport
import Testing

@testable import Firewall

struct RulesetCommitTests {
    @Test(
        "Each transaction of nft and iptables-nft tells its generation, and who committed it", .needsRoot,
        .needsTool("nft"), .needsTool("iptables-nft"))
    func commits() throws {
        try inFreshNamespace {
            let source = try EventSocket(groups: [RulesetCommit.group], buffer: 1 << 20, for: "subscribe")
            try Tool.run("nft add table ip t")
            try Tool.run("nft add chain ip t c { type filter hook input priority 0; }")
            try Tool.run("iptables-nft -A INPUT -j ACCEPT")
            var commits: [RulesetCommit] = []
            _ = try source.receive { datagram in
                do { try RulesetCommit.all(in: datagram) { commits.append($0) } } catch { Issue.record(error) }
            }
            #expect(commits.prefix(2).map(\.process) == ["nft", "nft"])
            #expect(commits.dropFirst(2).allSatisfy { $0.process == "iptables-nft" } && commits.count >= 3)
            #expect(commits.allSatisfy { $0.pid ?? 0 > 0 })
            let first = try #require(commits.first?.generation)
            #expect(commits.map(\.generation) == commits.indices.map { first + UInt32($0) })
            #expect(try commits.last?.generation == Ruleset.generation(of: LiveKernel()))
        }
    }

    @Test("A message without a generation, or cut short, is an error; messages about rules are passed over")
    func damaged() throws {
        // nlmsghdr: length, type NFT_MSG_NEWGEN, flags, sequence, port; nfgenmsg; NFTA_GEN_ID.
        let whole: [UInt8] = [28, 0, 0, 0, 15, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 0, 0, 1, 2]
        #expect(try Self.read(whole) == [RulesetCommit(generation: 0x102)])
        var bare = Array(whole.prefix(20))
        bare[0] = 20
        for damaged in [bare, Array(whole.dropLast())] { #expect(throws: DecodeError.self) { try Self.read(damaged) } }
        var other = whole
        other[4] = 6
        #expect(try Self.read(other).isEmpty)
    }

    private static func read(_ datagram: [UInt8]) throws -> [RulesetCommit] {
        var commits: [RulesetCommit] = []
        try RulesetCommit.all(in: datagram.span.bytes) { commits.append($0) }
        return commits
    }
}
