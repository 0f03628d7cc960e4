import Foundation
import TestSupport
import Testing

/// Whether `check` finds a fix again in the files that load rules.
@Suite(
    .needsRoot, .needsTool("nft"),
    .enabled(if: FileManager.default.fileExists(atPath: "/etc/nftables.conf"), "there is no file to put another over"))
struct SavedFixTests {
    /// What is said in namespaces of one's own with a /etc of one's own, where systemd starts nothing, after commands of bash: `$folder` is there
    /// for them, and their arguments begin with `$1`.
    private static func check(after commands: String, _ arguments: [String]) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        return try Program.shell(
            #"""
            exec unshare --net --mount bash -ec '
                program=$0 folder=$1 commands=$2; shift 2
                printf "%s\n" "-A -t 10.0.0.100:80 -s rr" "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g" >"$folder/ipvs"
                mkdir "$folder/etc" "$folder/work"
                mount -t overlay -o "lowerdir=/etc,upperdir=$folder/etc,workdir=$folder/work" none /etc
                mount -t tmpfs none /etc/systemd/system
                ip link set lo up
                eval "$commands"
                exec "$program" check --only fw-reload --services "$folder/ipvs"' "$0" "$@"
            """#, [Program.path, folder.url.path, commands] + arguments)
    }

    /// What is said of rules that are there, with other files in place of /etc/nftables.conf and of what systemd starts.
    ///
    /// - Parameter running: commands of nft(8).
    static func check(
        _ file: String, running: String = "add table inet lvs-notrack", _ more: String = ""
    ) throws -> Program.Outcome {
        try check(
            after: #"printf "%s\n" "$1" >/etc/nftables.conf; eval "$3"; nft -f - <<<"$2""#, [file, running, more])
    }

    static let fine = "\nChecked and fine:\n  fw-reload "

    @Test("A fix in no file is gone with the next reload; in one, it comes back; by another name, it is none of ours")
    func files() throws {
        let lost = try Self.check("flush ruleset")
        #expect(lost.status == 1, "\(lost.complaint)")
        #expect(lost.output.contains("\nwarning fw-reload\n  table inet lvs-notrack is there now, and in none of "))
        let saved = try Self.check("flush ruleset\ntable inet lvs-notrack { }")
        #expect(saved.status == 0 && saved.output.contains(Self.fine), "\(saved.output)")
        let other = try Self.check("flush ruleset", running: "add table inet other")
        #expect(other.status == 0, "\(other.complaint)")
        #expect(other.output.contains("\nNot checked:\n  fw-reload: no file that is loaded here has table inet other"))
    }

    static let rules = """
        table inet edge {
            set banned { type ipv4_addr; }
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                tcp dport { 80, 443 } counter accept
                ip saddr @banned drop
            }
        }
        """

    @Test("Rules that the file lacks are lost, and those that only it has are gained; what packets change is no rule's")
    func rules() throws {
        let file = "flush ruleset\n" + Self.rules
        let same = try Self.check(file, running: Self.rules + "\nadd element inet edge banned { 10.0.0.9 }")
        #expect(same.status == 0 && same.output.contains(Self.fine), "\(same.output)")
        let added = try Self.check(
            file, running: Self.rules + "\ninsert rule inet edge input ct state invalid accept comment \"by hand\"")
        #expect(added.status == 1, "\(added.complaint)")
        #expect(
            added.output.contains(
                "Loading /etc/nftables.conf again deletes 1 rule (inet edge input “ct state invalid accept"),
            "\(added.output)")
        let changed = try Self.check(
            file.replacing("policy drop", with: "policy accept").replacing("443 }", with: "8443 }"), running: Self.rules
        )
        #expect(changed.status == 1, "\(changed.complaint)")
        for words in ["deletes 2 rules (", "adds 2 rules (", "inet edge input “policy drop”", "{ 80, 8443 }"] {
            #expect(changed.output.contains(words), "\(words): \(changed.output)")
        }
    }

    @Test("A chain that no file has, and a script that runs nft, may be another program's work, and no failure")
    func others() throws {
        let chain = "\nadd chain inet edge f2b\ninsert rule inet edge input tcp dport 22 jump f2b"
        let jump = try Self.check("flush ruleset\n" + Self.rules, running: Self.rules + chain)
        #expect(jump.status == 0, "\(jump.complaint)")
        #expect(jump.output.contains("\nNot checked:\n  fw-reload: chain inet edge f2b is not in both"))
        let unit = try Self.check(
            "flush ruleset\n" + Self.rules, running: Self.rules + "\nadd rule inet edge input tcp dport 22 accept",
            "echo ExecStart=/usr/sbin/nft -f /root/rules >/etc/systemd/system/own.service")
        #expect(unit.status == 0, "\(unit.complaint)")
        #expect(unit.output.contains("\nNot checked:\n  fw-reload: /etc/systemd/system/own.service runs a program"))
        let cronOnly =
            "mkdir /etc/systemd/system/multi-user.target.wants && : >/etc/systemd/system/multi-user.target.wants/cron.service"
        let idle = try Self.check("flush ruleset", running: Self.rules, cronOnly)
        #expect(idle.status == 0, "\(idle.complaint)")
        #expect(idle.output.contains("\nNot checked:\n  fw-reload: no file is known that loads rules here"))
        // There is nothing to lose, but it may bring rules.
        let later = try Self.check(
            "flush ruleset", running: "",
            cronOnly + "; echo ExecStart=/usr/sbin/nft -f /root/rules >/etc/systemd/system/own.service")
        #expect(later.status == 0, "\(later.complaint)")
        #expect(later.output.contains("\nNot checked:\n  fw-reload: /etc/systemd/system/own.service runs a program"))
    }

    @Test("A file that cannot be loaded is said, and no failure")
    func unloadable() throws {
        let outcome = try Self.check("flush ruleset\ntable inet edge { chain input { nonsense } }", running: Self.rules)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("/etc/nftables.conf:2:"), "\(outcome.output)")
    }

    @Test("UFW's rules are those of its files, until one is added by hand", .needsTool("ufw"), arguments: ["", "1"])
    func ufw(byHand: String) throws {
        let outcome = try Self.check(
            after: #"""
                sh -c "$1" "$folder" >/dev/null
                test -z "$2" || iptables-nft -I ufw-before-input -m conntrack --ctstate INVALID -j ACCEPT
                """#, [UFW.enabling, byHand])
        #expect(outcome.status == (byHand.isEmpty ? 0 : 1), "\(outcome.complaint)")
        let expected = byHand.isEmpty ? Self.fine : "again deletes 1 rule (ip filter ufw-before-input “"
        #expect(outcome.output.contains(expected), "\(outcome.output)")
    }

    @Test("What iptables-save wrote is compared, too; with Docker's chains it is not", arguments: ["rule", "docker"])
    func iptables(extra: String) throws {
        let outcome = try Self.check(
            after: #"""
                : >/etc/nftables.conf && mkdir -p /etc/iptables
                iptables-nft -A INPUT -p tcp --dport 80 -j ACCEPT
                iptables-nft-save >/etc/iptables/rules.v4
                iptables-nft -A INPUT -m conntrack --ctstate INVALID -j DROP
                test "$1" = rule || { iptables-nft -t nat -N DOCKER; iptables-nft -t nat -A PREROUTING -j DOCKER; }
                """#, [extra])
        #expect(outcome.status == (extra == "rule" ? 1 : 0), "\(outcome.complaint)")
        let expected =
            extra == "rule"
            ? "Loading /etc/iptables/rules.v4 again deletes 1 rule (ip filter INPUT “"
            : "\nNot checked:\n  fw-reload: "
        #expect(outcome.output.contains(expected), "\(outcome.output)")
    }

    @Test("In a namespace with a name the files are not looked into: they are the host's")
    func elsewhere() throws {
        let outcome = try Program.shell(
            #"""
            name=ct-inspect-fix-$$ && ip netns add "$name" && trap 'ip netns delete "$name"' EXIT
            ip netns exec "$name" bash -ec 'ip link set lo up && nft add table inet lvs-notrack
                "$0" check --only fw-reload --services - <<<"-A -t 10.0.0.100:80 -s rr"' "$0"
            """#, [Program.path])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("host's own network namespace, and this is another one"), "\(outcome.output)")
    }

    @Test("In a file that includes others it may be, which is said, and is no failure")
    func includes() throws {
        let vague = try Self.check("flush ruleset\ninclude \"/etc/lvs/*.nft\"")
        #expect(vague.status == 0, "\(vague.complaint)")
        #expect(
            vague.output.contains("\nNot checked:\n  fw-reload: /etc/nftables.conf includes other files"),
            "\(vague.output)")
    }
}
