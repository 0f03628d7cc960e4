import Addresses
import Conntrack
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("The observation table in the kernel")
struct ObservationTableTests {
    @Test("Counts by class and ctstate, before and behind the filter", .needsRoot, .needsTool("nft"))
    func counts() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            try Tool.run("nft add table ip filter")
            try Tool.run("nft add chain ip filter input { type filter hook input priority 0 ; }")
            try Tool.run("nft add rule ip filter input ct state invalid drop")
            var targets = ObservationTargets()
            let vip = try #require(Endpoint("127.0.0.1:80"))
            targets.entering = [.port(.tcp, vip), .port(.udp, vip)]
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: ObservationTable.freshName(program: 1), in: kernel)
            try Tool.run("python3 /tmp/fin.py")
            let counts = try table.read(from: kernel)
            let ruleset = try Tool.run("nft list ruleset")
            print(ruleset)
            for count in counts.counts { print(count) }
        }
    }
}
