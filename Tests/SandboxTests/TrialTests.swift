import Inspection
import Sandbox
import TestSupport
import Testing

@Suite("A trial in the sandbox", .needsRoot, .needsTool("nft"))
struct TrialTests {
    /// The article's filter: established and new packets of the service pass, INVALID ones do not.
    private static let trap = """
        nft -f - <<'END'
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ct state invalid drop
                iifname "outside" tcp dport 80 accept
            }
        }
        END
        """

    @Test("tells")
    func look() throws {
        let clock = ContinuousClock()
        let director = try Director(Self.trap)
        let start = clock.now
        let trial = try director.trial()
        print(clock.now - start)
        for service in trial.services {
            print(service.service, service.origin as Any)
            for line in service.lines { print(line) }
        }
        print(trial.missing, trial.rules)
    }
}
