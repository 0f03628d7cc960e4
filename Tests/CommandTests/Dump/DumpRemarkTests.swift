import TestSupport
import Testing

/// What `dump` says beside a list that shows less than one looks for. In network namespaces of their own.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct DumpRemarkTests {
    private static func dump(_ words: String...) throws -> Program.Outcome {
        let outcome = try Program.run(["dump"] + words)
        #expect(outcome.status == 0)
        return outcome
    }

    @Test("An empty table is explained: whether conntrack is active at all")
    func emptyTable() throws {
        try inFreshNamespace {
            for words in [[], ["--count"], ["--json"], ["--top", "src"], ["--format", "conntrack"]] {
                let outcome = try Program.run(["dump"] + words)
                #expect(outcome.status == 0)
                #expect(outcome.complaint.contains("conntrack is not active in this network namespace"), "\(words)")
            }
            let filtered = try Self.dump("--dst", "10.0.0.100")
            let dying = try Self.dump("dying")
            #expect(filtered.complaint.isEmpty && dying.complaint.isEmpty)
            try Tool.run("nft add table ip t")
            try Tool.run("nft add chain ip t c { type filter hook input priority 0; }")
            try Tool.run("nft add rule ip t c ct state new counter")
            let active = try Self.dump()
            #expect(active.complaint.contains("table is empty; IPv4: conntrack is active ("))
            #expect(active.complaint.contains("IPv6: conntrack is not active"))
        }
    }

    @Test("Missing counters are explained, where they would be shown")
    func missingCounters() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=0")
            let make = "conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.100 --sport 5 --dport 53 -t 100"
            try Tool.run(make)
            let remark = "nf_conntrack_acct=0"
            let table = try Self.dump()
            let json = try Self.dump("--json")
            #expect(table.complaint.contains(remark) && json.complaint.isEmpty)
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=1")
            // The entry began before that: the setting is not the reason any more that one could change.
            let later = try Self.dump()
            #expect(later.complaint.isEmpty)
            try Tool.run("conntrack -D -p udp")
            try Tool.run(make)
            let counted = try Self.dump()
            #expect(counted.complaint.isEmpty)
        }
    }
}
