import Foundation
import TestSupport
import Testing

/// Infos of `check` about settings of conntrack, in a network namespace whose settings are as they are there.
@Suite(.needsRoot, .needsTool("sysctl"))
struct UnusualSettingTests {
    /// What check prints where conntrack is active, and a setting has a value.
    private static func checked(_ setting: String, _ value: Int, _ words: String) throws -> Program.Outcome {
        try Program.shell(
            #"""
            exec unshare --net bash -c '
                for name in acct timestamp checksum; do sysctl -qw net.netfilter.nf_conntrack_$name=1; done
                sysctl -qw "net.netfilter.nf_conntrack_$1=$2" && exec "$0" check '"$3"' ' "$0" "$1" "$2"
            """#, [Program.path, setting, "\(value)", words])
    }

    @Test(
        "Each is found at one value and not at the other, and no info fails unless it is to",
        arguments: [
            ("ct-acct-off", "acct", 0, 1), ("ct-timestamp-off", "timestamp", 0, 1), ("ct-checksum", "checksum", 0, 1),
            ("ct-events-0", "events", 0, 1), ("ct-be-liberal", "tcp_be_liberal", 1, 0),
            ("ct-ignore-invalid-rst", "tcp_ignore_invalid_rst", 1, 0), ("ct-log-invalid", "log_invalid", 255, 0),
        ])
    func values(_ id: String, _ setting: String, _ unusual: Int, _ usual: Int) throws {
        let found = try Self.checked(setting, unusual, "--only \(id)")
        #expect(found.status == 0 && found.complaint.isEmpty, "\(found.complaint)")
        #expect(found.output.contains("0 errors, 0 warnings, 1 info;"))
        #expect(try Self.checked(setting, unusual, "--only \(id) --fail-on info").status == 1)
        let fine = try Self.checked(setting, usual, "--only \(id) --fail-on info")
        #expect(fine.status == 0 && fine.output.contains("\nChecked and fine:\n  \(id) "), "\(fine.output)")
    }

    @Test("An info is a sentence after all else, and has all its parts where it is to fail")
    func brief() throws {
        let brief = try Self.checked("checksum", 0, "--only ct-checksum,ct-acct-off")
        #expect(
            brief.output.contains(
                "\n\nWorth knowing (in full with --fail-on info):\n  ct-checksum  net.netfilter.nf_conntrack_checksum=0: packets with"
            ), "\(brief.output)")
        #expect(!brief.output.contains("To fix it") && !brief.output.contains("Evidence"))
        let full = try Self.checked("checksum", 0, "--only ct-checksum,ct-acct-off --fail-on info")
        #expect(full.output.contains("\ninfo ct-checksum\n  net.netfilter.nf_conntrack_checksum=0: packets with"))
        #expect(full.output.contains("\n  To fix it, run sysctl -w net.netfilter.nf_conntrack_checksum=1."))
        #expect(!full.output.contains("Worth knowing"))
    }
}
