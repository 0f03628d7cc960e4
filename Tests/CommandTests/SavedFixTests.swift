import Foundation
import TestSupport
import Testing

/// Whether `check` finds a fix again in the files that load rules.
@Suite(
    .needsRoot, .needsTool("nft"),
    .enabled(if: FileManager.default.fileExists(atPath: "/etc/nftables.conf"), "there is no file to put another over"))
struct SavedFixTests {
    /// What is said of a table that is there, with another file in place of /etc/nftables.conf.
    private static func check(_ file: String, table: String = "lvs-notrack") throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        return try Program.shell(
            #"""
            exec unshare --net --mount bash -ec '
                printf "%s\n" "-A -t 10.0.0.100:80 -s rr" "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g" >"$1/ipvs"
                printf "%s\n" "$2" >"$1/conf" && mount --bind "$1/conf" /etc/nftables.conf
                ip link set lo up && nft add table inet "$3"
                exec "$0" check --only fw-reload --services "$1/ipvs"' "$0" "$1" "$2" "$3"
            """#, [Program.path, folder.url.path, file, table])
    }

    @Test("In none, it is gone with the next reload; in one, it comes back; by another name, it is none of ours")
    func files() throws {
        let lost = try Self.check("flush ruleset")
        #expect(lost.status == 1, "\(lost.complaint)")
        #expect(lost.output.contains("\nwarning fw-reload\n  table inet lvs-notrack is there now, and in none of "))
        let saved = try Self.check("flush ruleset\ntable inet lvs-notrack { }")
        #expect(saved.status == 0 && saved.output.contains("\nChecked and fine:\n  fw-reload "), "\(saved.output)")
        let other = try Self.check("flush ruleset", table: "other")
        #expect(other.status == 0 && other.output.contains("\nChecked and fine:\n  fw-reload "), "\(other.output)")
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
