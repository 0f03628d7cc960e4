import Firewall
import Inspection
import Netlink
import Processes
import Sandbox
import TestSupport
import Testing

@Suite("Rules from files, in the sandbox", .needsRoot, .needsTool("nft"))
struct RulesetLoadingTests {
    /// They name a link of the director, by its index too.
    private static let trap = """
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ct state invalid drop
                iif "outside" tcp dport 80 accept
            }
        }
        """

    private func trial(_ files: [String]) throws -> Trial {
        let director = try Director("")
        var plan = director.plan
        plan.rules = .loaded(files.map { RulesetFile(Array($0.utf8), named: "rules") })
        return try Trial(of: director.services, in: plan)
    }

    @Test("They drop what the same rules of a director drop")
    func equal() throws {
        let loaded = try trial([Self.trap])
        let copied = try Director("nft -f - <<'END'\n\(Self.trap)\nEND").trial()
        #expect(loaded.missing == [] && copied.missing == [])
        #expect(loaded.services.map(\.lines) == copied.services.map(\.lines))
        #expect(loaded.rules == copied.rules && !loaded.rules.isEmpty)
    }

    @Test("Files are loaded in their order, each whole")
    func order() throws {
        let cure = "insert rule inet filter input iif \"outside\" accept"
        let trial = try trial([Self.trap, cure])
        #expect(trial.services.allSatisfy { $0.isReachable && $0.outcomes.allSatisfy(\.outcome.hasPassed) })
        let error = #expect(throws: KernelError.self) { try self.trial([cure, Self.trap]) }
        #expect(error?.cause == .invalid)
        #expect(error?.detail?.hasPrefix("rules:1:") == true, "\(error?.description ?? "")")
    }

    @Test("A program that was ended by a signal says nothing about the file that it loads")
    func endedBySignal() throws {
        let file = RulesetFile(Array(Self.trap.utf8), named: "rules")
        for (end, cause) in [("kill -9 $$", KernelError.Cause.failed), ("exit 1", .invalid)] {
            let outcome = try ChildProcess.run(["sh"], input: Array(end.utf8))
            let error = #expect(throws: KernelError.self) { try file.requireSuccess(of: outcome, "load the rules") }
            #expect(error?.cause == cause)
            #expect(error?.detail?.hasPrefix("rules: nft ") == true, "\(error?.description ?? "")")
        }
        try file.requireSuccess(of: ChildProcess.run(["true"]), "load the rules")
    }

    @Test("Chains of devices find the director's links, and are said not to be tried")
    func devices() throws {
        let chain = """
            table netdev edge {
                chain in { type filter hook ingress device "outside" priority 0; }
            }

            """
        let trial = try trial([Self.trap, chain])
        #expect(trial.missing.map(\.why) == ["chains of bridges and devices are not tried"])
    }
}
