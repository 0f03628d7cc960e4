import Foundation
import TestSupport
import Testing

extension SavedFixTests {
    private static let notrack = "table inet lvs-notrack { chain c { type filter hook prerouting priority raw; }; }"

    /// Systemd starts nftables.service and the fix's own, whose unit has these lines.
    private static func starting(_ lines: String) -> String {
        """
        mkdir -p /etc/systemd/system/sysinit.target.wants /etc/systemd/system/multi-user.target.wants
        : >/etc/systemd/system/sysinit.target.wants/nftables.service
        : >/etc/systemd/system/multi-user.target.wants/lvs-notrack.service
        printf '%s\\n' '[Unit]' '\(lines)' >/etc/systemd/system/lvs-notrack.service
        echo '\(notrack)' >/etc/lvs-notrack.nft
        """
    }

    @Test("What the file of one unit flushes, that of another does not bring back, unless systemd reloads both")
    func units() throws {
        let alone = try Self.check("flush ruleset", running: Self.notrack, Self.starting("After=nftables.service"))
        #expect(alone.status == 1, "\(alone.complaint)")
        #expect(
            alone.output.contains(
                "Loading /etc/nftables.conf again deletes table inet lvs-notrack, which comes from elsewhere"),
            "\(alone.output)")
        #expect(alone.output.contains("the next reload of nftables.service"), "\(alone.output)")
        let both = try Self.check(
            "flush ruleset", running: Self.notrack, Self.starting("ReloadPropagatedFrom=nftables.service"))
        #expect(both.status == 0 && both.output.contains(Self.fine), "\(both.output)")
        let tame = try Self.check("", running: Self.notrack, Self.starting("After=nftables.service"))
        #expect(tame.status == 0 && tame.output.contains(Self.fine), "\(tame.output)")
    }

    @Test("Where no rule is there, those of the files are missing")
    func nothing() throws {
        let missing = try Self.check("flush ruleset\n" + Self.rules, running: "")
        #expect(missing.status == 1 && missing.output.contains(" again adds 4 rules ("), "\(missing.output)")
        let fine = try Self.check("flush ruleset", running: "")
        #expect(fine.status == 0 && fine.output.contains(Self.fine), "\(fine.output)")
    }

    @Test("RHEL's unit flushes all tables, and loads its own file only")
    func sysconfig() throws {
        let saving = "mkdir -p /etc/sysconfig; cp /etc/nftables.conf /etc/sysconfig/; echo nonsense >/etc/nftables.conf"
        let same = try Self.check(Self.rules, running: Self.rules, saving)
        #expect(same.status == 0 && same.output.contains(Self.fine), "\(same.output)")
        let added = try Self.check(
            Self.rules, running: Self.rules + "\nadd rule inet edge input tcp dport 22 accept", saving)
        #expect(added.status == 1, "\(added.complaint)")
        #expect(
            added.output.contains("Loading /etc/sysconfig/nftables.conf again deletes 1 rule ("), "\(added.output)")
    }

    @Test("A chain that only the file has is gained; a rule that would be there twice is gained, too")
    func gained() throws {
        let more = "\nadd chain inet edge more\nadd rule inet edge input jump more\nadd rule inet edge more drop"
        let chain = try Self.check("flush ruleset\n" + Self.rules + more, running: Self.rules)
        #expect(chain.status == 1 && chain.output.contains(" again adds 2 rules ("), "\(chain.output)")
        let twice = try Self.check(Self.rules, running: Self.rules)
        #expect(twice.status == 1 && twice.output.contains(" again adds 3 rules ("), "\(twice.output)")
    }

    @Test("What a file includes is looked for where systemd starts nft, not in the user's folder")
    func included() throws {
        let outcome = try Self.check(
            "flush ruleset\ninclude \"./own.nft\"", running: Self.rules, #"cd "$folder"; : >own.nft"#)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(
            outcome.output.contains("\nNot checked:\n  fw-reload: cannot load the rules: /etc/nftables.conf:2:"),
            "\(outcome.output)")
    }

    @Test("Rules of bridges, a part of a unit, and a script of NetworkManager keep it from being judged")
    func doubts() throws {
        let file = "flush ruleset\n" + Self.rules
        let bridge = try Self.check(
            file, running: Self.rules + "\nadd table bridge b\nadd chain bridge b c\nadd rule bridge b c accept")
        #expect(bridge.output.contains("fw-reload: rules of table bridge b are not compared"), "\(bridge.output)")
        for path in ["/etc/systemd/system/nftables.service.d/own.conf", "/etc/NetworkManager/dispatcher.d/own"] {
            let outcome = try Self.check(
                file, running: Self.rules + "\nadd rule inet edge input tcp dport 22 accept",
                "mkdir -p \"$(dirname \(path))\"; echo ExecStart=/usr/sbin/nft -f /root/rules >\(path)")
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(
                outcome.output.contains("fw-reload: \(path) runs a program that changes rules"), "\(outcome.output)")
        }
    }
}
