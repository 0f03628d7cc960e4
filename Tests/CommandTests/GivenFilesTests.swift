import Foundation
import TestSupport
import Testing

/// check --ruleset and --services, as a pipeline uses them: by an ordinary user, on a machine that is no director.
@Suite("Files in place of a director", .needsRoot, .needsTool("nft"))
struct GivenFilesTests {
    private static let services = """
        -A -t 10.0.0.100:80 -s wlc
        -a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1
        -A -t [2001:db8::100]:80 -s wlc
        -a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g -w 1
        """
    private static let inOrder = """
        flush ruleset
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ip daddr 10.0.0.100 accept
                ip6 daddr 2001:db8::100 accept
                ct state invalid drop
            }
        }
        """
    private static let trap = """
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ct state invalid counter drop
                tcp dport 80 accept
            }
        }
        """

    struct Document: Decodable {
        var complete: Bool
        var given: Given
        var findings: [Finding]
        var not_checked: [NotChecked]

        struct Given: Decodable {
            var rulesets: [[String: String]]
            var services: String?
            var assumed: [String]
        }

        struct Finding: Decodable {
            var id: String
            var reason: String
        }

        struct NotChecked: Decodable {
            var id: String
            var reason: String
        }
    }

    /// A folder that an ordinary user may read, with the program, `ipvs` and these files.
    private static let ofRules = "rules in files are tried, not read"
    private static let ofFeatures =
        "the capture lacks the features of interfaces: take it again with this version of ct-inspect"
    private static let ofTime = "it is judged by what grows meanwhile: see --for"

    private func folder(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in files.merging(["ipvs": Self.services], uniquingKeysWith: { one, _ in one }) {
            try text.write(to: folder.url.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let copied = try Program.shell(#"cp "$0" "$1" && chmod -R a+rX "$1""#, [Program.path, folder.url.path])
        try #require(copied.status == 0, "\(copied.complaint)")
        return folder
    }

    /// In the folder; as an ordinary user without any capability.
    private func check(_ words: String, in folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.shell(
            #"""
            cd "$0" && exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
                ./ct-inspect check \#(words)
            """#, [folder.url.path])
    }

    private func document(_ outcome: Program.Outcome) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    @Test("Rules that are in order pass, and what was assumed is said")
    func pass() throws {
        let folder = try folder(["rules.nft": Self.inOrder])
        let outcome = try check("--json --fail-on info --ruleset rules.nft --services ipvs", in: folder)
        #expect(outcome.status == 0, "\(outcome.complaint)\(outcome.output)")
        #expect(outcome.complaint.isEmpty)
        let document = try document(outcome)
        #expect(document.complete && document.findings.isEmpty)
        #expect(document.given.rulesets == [["file": "rules.nft", "format": "nft"]])
        #expect(document.given.services == "ipvs")
        #expect(
            document.given.assumed == [
                "net.ipv4.vs.conntrack=0", "net.netfilter.nf_conntrack_tcp_loose=1",
                "one link, eth0, with the addresses of the services",
            ])
        #expect(
            Set(document.not_checked.map(\.reason)).isSubset(of: [
                Self.ofTime, Self.ofRules, "only rules and services were given",
                "services in a file have no connections",
            ]))
        #expect(try SchemaScript.check("check", outcome.output).lines == ["1 passed, 0 failed"])
        let text = try check("--ruleset rules.nft --services ipvs", in: folder)
        #expect(text.status == 0)
        let lines = text.output.split(separator: "\n")
        #expect(lines.contains("Given: rules of rules.nft (nft); services of ipvs; nothing else was read."))
        #expect(lines.contains { $0.hasPrefix("Assumed: net.ipv4.vs.conntrack=0; ") })
    }

    @Test("The trap is found, with its rule", arguments: ["--ruleset trap.nft", "--ruleset - <trap.nft"])
    func trap(_ ruleset: String) throws {
        let folder = try folder(["trap.nft": Self.trap])
        let outcome = try check("--json --services ipvs \(ruleset)", in: folder)
        #expect(outcome.status == 1, "\(outcome.complaint)")
        #expect(outcome.complaint.isEmpty)
        let found = try document(outcome).findings
        #expect(Set(found.map(\.id)) == ["invalid-dropped", "icmp-not-accepted", "icmpv6-ptb"])
        for finding in found {
            #expect(finding.reason.contains("ct state invalid") && finding.reason.contains("inet filter input"))
        }
    }

    @Test("UFW's rules, as iptables-save and ip6tables-save write them", .needsTool("ufw"))
    func ufw() throws {
        let folder = try folder(["ufw.sh": UFW.enabling])
        let saved = try Program.shell(
            #"""
            cd "$0" && mkdir work && unshare --net --mount bash -c '
                sh -c "$(cat ufw.sh)" "$PWD/work" >/dev/null && iptables-save >v4 && ip6tables-save >v6'
            """#, [folder.url.path])
        try #require(saved.status == 0, "\(saved.complaint)")
        let outcome = try check("--json --services ipvs --ruleset v4 --ruleset v6", in: folder)
        #expect(outcome.status == 1, "\(outcome.complaint)")
        let document = try document(outcome)
        #expect(document.given.rulesets.map { $0["format"] } == ["iptables", "ip6tables"])
        let reasons = document.findings.map(\.reason).joined(separator: "\n")
        #expect(reasons.contains("ufw-before-input") && reasons.contains("ufw6-before-input"))
        #expect(document.complete)
    }

    // MARK: What is wrong with a file

    @Test(
        "What is wrong with a file is an error in the data, with file and line",
        arguments: [
            ("--ruleset broken.nft --services ipvs", "load the rules: broken.nft:2:8-8: Error: syntax error"),
            ("--ruleset late.nft --services ipvs", "load the rules: late.nft:1:"),
            ("--ruleset - --services ipvs <broken.nft", "load the rules: standard input:2:8-8: Error: syntax error"),
            (
                "--ruleset include.nft --services ipvs",
                "load the rules: include.nft:1:1-24: Error: File not found: ./missing.nft"
            ),
            (
                "--ruleset broken.v4 --services ipvs",
                "load the rules: broken.v4:3: invalid port/service `none' specified"
            ),
            ("--ruleset link.nft --services ipvs", "give its network by --capture"),
            ("--ruleset good.nft --services broken", "read the services: broken:2: there is no option “-q”"),
            ("--ruleset broken.nft --services none", "load the rules: broken.nft:2:8-8: Error: syntax error"),
        ])
    func refused(_ words: String, _ complaint: String) throws {
        let folder = try folder([
            "broken.nft": "table ip x { }\nfoo bar\n", "late.nft": "add rule inet filter input ct state invalid drop\n",
            "include.nft": "include \"./missing.nft\"\n", "good.nft": Self.inOrder,
            "broken.v4": "*filter\n:INPUT DROP\n-A INPUT -p tcp --dport none\nCOMMIT\n",
            "link.nft": "table ip x {\nchain y { iif \"ens3\" accept; }\n}\n",
            "broken": "-A -t 10.0.0.100:80\n-a -q\n", "none": "",
        ])
        let outcome = try check(words, in: folder)
        #expect(outcome.status == 65, "\(outcome.output)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.contains(complaint), "\(outcome.complaint)")
        #expect(outcome.complaint.filter(\.isNewline).count == 1)
    }

    @Test("A file that never ends is given up, and nothing remains of what loaded it")
    func endless() throws {
        let folder = try folder(["endless.nft": "include \"/dev/zero\"\n"])
        let outcome = try check("--ruleset endless.nft --services ipvs", in: folder)
        #expect(outcome.status == 65, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("endless.nft: it took longer than "), "\(outcome.complaint)")
        let long = try check("--ruleset /dev/zero --services ipvs", in: folder)
        #expect(long.status == 65)
        #expect(long.complaint.contains("it is longer than 64 MiB"), "\(long.complaint)")
    }

    @Test("Files that are not there exit as everywhere; a monitoring plugin says so in its line")
    func absent() throws {
        let folder = try folder([:])
        let outcome = try check("--ruleset nowhere --services ipvs", in: folder)
        #expect(outcome.status == 74 && outcome.complaint.contains("cannot read nowhere: "), "\(outcome.complaint)")
        let plugin = try check("--nagios --ruleset nowhere --services ipvs", in: folder)
        #expect(plugin.status == 3 && plugin.output.hasPrefix("CT_INSPECT UNKNOWN - cannot read nowhere"))
    }

    @Test(
        "Options that make no sense together exit with 64",
        arguments: [
            ("--ruleset - --services -", "Only one file can be -"),
            ("--ruleset rules --services ipvs --netns other", "--netns has no effect"),
            ("--ruleset rules --only no-dest", "--ruleset has no effect"),
        ])
    func usage(_ words: String, _ complaint: String) throws {
        let outcome = try check(words, in: try folder([:]))
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(complaint), "\(outcome.complaint)")
    }

    // MARK: Beside a director

    @Test("With one file the rest is the director's: here, that of a capture")
    func besideCapture() throws {
        let web = Self.services.split(separator: "\n").prefix(2).joined(separator: "\n")
        let folder = try folder(["rules.nft": Self.inOrder, "trap.nft": Self.trap, "ipvs": web])
        let copied = try Program.shell(
            #"cp -r "$1" "$0/lb1" && chmod -R a+rX "$0/lb1""#, [folder.url.path, Fixture(name: "dr-untracked").capture])
        #expect(copied.status == 0)
        let cured = try check("--json --ruleset rules.nft --capture lb1", in: folder)
        #expect(cured.status == 0, "\(cured.complaint)\(cured.output)")
        let document = try document(cured)
        #expect(document.given.services == nil && document.given.assumed.isEmpty)
        #expect(Set(document.not_checked.map(\.reason)).isSubset(of: [Self.ofTime, Self.ofRules, Self.ofFeatures]))
        let rulesOfCapture = try check("--json --services ipvs --capture lb1", in: folder)
        #expect(rulesOfCapture.status == 1)
        let others = try self.document(rulesOfCapture)
        #expect(Set(others.findings.map(\.id)).isSuperset(of: ["invalid-dropped", "icmp-not-accepted"]))
        #expect(others.given.rulesets.isEmpty)
        let both = try check("--json --ruleset trap.nft --services ipvs --capture lb1", in: folder)
        let last = try self.document(both)
        #expect(both.status == 1 && last.complete && last.given.assumed.isEmpty)
    }

    @Test("What loads the rules never comes to the namespace of the user: as root, too")
    func harmless() throws {
        let folder = try folder(["trap.nft": Self.trap])
        let outcome = try Program.shell(
            #"""
            cd "$0" && unshare --net bash -c '
                nft add table ip mine; ip link set lo up
                ./ct-inspect check --ruleset trap.nft --services ipvs >/dev/null; echo $?
                nft list ruleset; ip -o link | wc -l'
            """#, [folder.url.path])
        #expect(outcome.output == "1\ntable ip mine {\n}\n1\n", "\(outcome.complaint)")
    }
}
