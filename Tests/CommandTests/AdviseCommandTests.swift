import Foundation
import TestSupport
import Testing

/// `advise` as run by a user.
struct AdviseCommandTests {
    private struct Document: Decodable {
        var fixes: [Fix]

        struct Fix: Decodable {
            var id: String
            var findings: [String]
            var apply: [String]
            var undo: [String]
            var proof: Proof
        }

        struct Proof: Decodable {
            var result: String
            var reason: String?
        }
    }

    private func capture(_ name: String) -> [String] { ["--capture", Fixture(name: name).capture] }

    @Test(
        "The fixes of the bundled captures are proven, as root and as an ordinary user", .needsRoot,
        .needsTool("iptables-nft"), arguments: Fixture.all, [false, true])
    func fixtures(_ fixture: Fixture, isOrdinary: Bool) throws {
        let folder = try TemporaryFolder()
        let command = isOrdinary ? "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all" : "env"
        let outcome = try Program.shell(
            #"cp -r "$1" "$2/lb1" && cp "$0" "$2" && chmod -R a+rX "$2" && \#(command) "$2/ct-inspect" advise --json --capture "$2/lb1""#,
            [Program.path, fixture.capture, folder.url.path])
        #expect(try SchemaScript.check("advise", outcome.output).lines == ["1 passed, 0 failed"])
        let fixes = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).fixes
        // Beside NAT services entries are confirmed, and ACKs INVALID.
        #expect(fixes.map(\.id) == (fixture.name == "mixed" ? ["notrack"] : ["accept-invalid", "notrack"]))
        #expect(fixes.allSatisfy { $0.proof.result == "proven" }, "\(fixes)")
        #expect(fixes.allSatisfy { $0.findings.starts(with: ["invalid-dropped"]) && !$0.undo.isEmpty })
    }

    @Test("--commands prints what sh takes, and nothing else", .needsTool("iptables-nft"))
    func commands() throws {
        let apply = try Program.run(["advise", "--commands"] + capture("dr-conntrack"))
        #expect(apply.status == 0 && apply.complaint.isEmpty)
        let lines = apply.output.split(separator: "\n").map(String.init)
        #expect(lines.starts(with: ["set -e", "sysctl -w net.ipv4.vs.conntrack=0", "iptables-nft -N lvs-invalid"]))
        let undo = try Program.run(["advise", "--commands", "--undo", "--fix", "notrack"] + capture("dr-conntrack"))
        #expect(undo.output.hasPrefix("set -e\niptables-nft -t raw -D PREROUTING -j lvs-notrack\n"))
        for text in [apply.output, undo.output] {
            let check = try Program.shell(#"printf %s "$1" | sh -n"#, [Program.path, text])
            #expect(check.status == 0, "\(check.complaint)")
        }
    }

    @Test("What cannot be read is no advice, and said")
    func older() throws {
        let outcome = try Program.run(["advise", "--commands"] + capture("older"))
        #expect(outcome.output == "set -e\nsysctl -w net.ipv4.vs.conntrack=0\n")
        #expect(outcome.status == 1 && outcome.complaint.contains("could not be made"), "\(outcome.complaint)")
    }

    @Test(
        "Without the programs of the commands nothing is proven, and that is said", .needsRoot,
        .needsTool("iptables-nft"))
    func withoutPrograms() throws {
        let outcome = try Program.shell(
            #"""
            exec unshare -m sh -c 'mount --bind /dev/null "$(readlink -f "$(command -v iptables-nft)")"
                exec "$0" advise --json --capture "$1"' "$0" "$1"
            """#, [Program.path, Fixture(name: "dr-untracked").capture])
        #expect(outcome.status == 1 && outcome.complaint.contains("accept-invalid is unproven"), "\(outcome.complaint)")
        let fixes = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).fixes
        #expect(fixes.map(\.proof.result) == ["unproven", "unproven"])
        #expect(fixes.allSatisfy { $0.proof.reason?.contains("iptables-nft") == true })
    }

    @Test("Wrong options", arguments: ["--undo", "--json --commands", "--fix pray", "--format pf"])
    func usage(_ words: String) throws {
        let outcome = try Program.run(["advise"] + words.split(separator: " ").map(String.init) + capture("older"))
        #expect(outcome.status == 64 && outcome.output.isEmpty)
    }
}
