import CNetlink
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("What rules do to marks", .needsRoot, .needsTool("nft"))
struct MarkSettingTests {
    private func effects(_ commands: String) throws -> [MarkSetting] {
        try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", commands])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let kernel = LiveKernel()
            return try Ruleset(reading: kernel).markSettings
                + LegacyTable.all(in: kernel).tables.flatMap(\.markSettings)
        }
    }

    private static let table =
        "nft add table inet m; nft add chain inet m early '{ type filter hook prerouting priority -150; }'; "

    @Test("Of nft: constants, bits of the mark itself, and what comes from elsewhere")
    func nft() throws {
        let rules = [
            "tcp dport 80 meta mark set 7", "meta mark set mark or 0x10", "meta mark set mark and 0xff",
            "meta mark set ct mark", "ct mark set mark", "meta mark set tcp dport map '{ 80 : 1, 443 : 2 }'",
            "mark 9 accept",
        ]
        let found = try effects(Self.table + rules.map { "nft add rule inet m early \($0)" }.joined(separator: "; "))
        #expect(
            found == [
                .init(.inet, .change(kept: 0, toggled: 7)), .init(.inet, .change(kept: ~0x10, toggled: 0x10)),
                .init(.inet, .change(kept: 0xFF, toggled: 0)), .init(.inet, .unknown), .init(.inet, .unknown),
            ])
    }

    @Test("Of iptables, nft and legacy: MARK, and CONNMARK only if it restores", .needsTool("iptables-legacy"))
    func iptables() throws {
        let rules = [
            "-p tcp --dport 80 -j MARK --set-mark 7", "-j MARK --set-xmark 0x1/0x1", "-j CONNMARK --restore-mark",
            "-j CONNMARK --save-mark", "-m mark --mark 5 -j ACCEPT",
        ]
        for (program, family) in [("iptables", TableFamily.ip), ("ip6tables", .ip6)] {
            for variant in ["nft", "legacy"] {
                let commands = rules.map { "\(program)-\(variant) -t mangle -A PREROUTING \($0)" }
                let found = try effects(commands.joined(separator: "; "))
                #expect(
                    found == [
                        .init(family, .change(kept: 0, toggled: 7)), .init(family, .change(kept: ~1, toggled: 1)),
                        .init(family, .unknown),
                    ], "\(program)-\(variant)")
            }
        }
    }

    @Test("At FORWARD and POST_ROUTING it is too late")
    func late() throws {
        let chains = ["prerouting", "input", "forward", "output", "postrouting"].map {
            "nft add chain inet m \($0) '{ type filter hook \($0) priority 0; }'; nft add rule inet m \($0) meta mark set 7"
        }
        let jumped = "nft add chain inet m some; nft add rule inet m some meta mark set 8"
        let found = try effects("nft add table inet m; " + (chains + [jumped]).joined(separator: "; "))
        #expect(found.map { $0.mayGive(7) } == [true, true, true, false] && found.last?.mayGive(8) == true)
    }

    @Test("A mark may come of bits that are set, if the other bits were as they must be")
    func possible() {
        let bit = MarkSetting(.inet, .change(kept: ~0x10, toggled: 0x10))
        #expect(bit.mayGive(0x10) && bit.mayGive(0x11) && !bit.mayGive(0x0F))
        let none = MarkSetting(.inet, .change(kept: 0xFF, toggled: 0))
        #expect(none.mayGive(0xFF) && !none.mayGive(0x100))
        #expect(MarkSetting(.inet, .unknown).mayGive(1))
    }

    @Test("Tables that belong to a program are named, if they have a chain that packets come by")
    func owned() throws {
        let found = try inFreshNamespace { () throws -> [String] in
            var sockets: [TransactionSocket] = []
            for (name, isOwned, hook) in [
                ("mine", true, NetfilterHook.localIn), ("late", true, .postRouting), ("free", false, .localIn),
                ("ct-inspect-7", true, .preRouting),
            ] {
                var writer = TableWriter(.inet, name, isOwned: isOwned)
                writer.baseChain("chain", at: hook, priority: 0)
                let socket = try TransactionSocket(NFNL_SUBSYS_NFTABLES, for: "test")
                try socket.sendAll(writer.messages, for: "test")
                sockets.append(socket)
            }
            return try withExtendedLifetime(sockets) { try Ruleset(reading: LiveKernel()).ownedTables }
        }
        #expect(found == ["inet mine"])
    }
}
