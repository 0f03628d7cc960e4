import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Reports
import Sandbox
import TestSupport
import Testing

@Suite("Answers of NAT services in the sandbox", .needsRoot, .needsTool("nft"))
struct NATTrialTests {
    private static let network =
        Director.network + """

            ip link add inside index 41 type veth peer name farinside
            ip link set inside up; ip link set farinside up
            ip addr add 10.8.0.1/24 dev inside
            """

    private static func forward(_ rules: String) -> String {
        """
        nft -f - <<'END'
        table inet filter {
            chain forward {
                type filter hook forward priority filter; policy drop;
                \(rules)
            }
        }
        END
        """
    }

    private static let trap = forward("ct state invalid drop; iifname \"inside\" oifname \"outside\" accept")

    private static func trial(
        _ filter: String, _ settings: [String: String] = [:], protocol: IPProtocol = .tcp,
        server: String = "10.8.0.3:80"
    ) throws -> Trial {
        let director = try Director(
            filter, settings: ["net.ipv4.ip_forward": "1"].merging(settings) { $1 }, network: network)
        let vip = try #require(IPAddress(Director.vip))
        var service = Service(.address(`protocol`, Endpoint(vip, 80)))
        service.destinations = [Destination(try #require(Endpoint(server)), .nat)]
        return try Trial(of: [service], in: director.plan)
    }

    private static func lines(_ trial: Trial) -> [String] {
        trial.services.flatMap(\.answers).flatMap(\.outcomes).map { "\($0.probe.name) \($0.outcome.words)" }
    }

    @Test("Without an entry, what begins or ends a connection is INVALID at FORWARD, and its rule is named")
    func trap() throws {
        let trial = try Self.trial(Self.trap)
        #expect(trial.doubt == nil && trial.untried == [])
        let dropped = trial.services.flatMap(\.answers).flatMap(\.outcomes).filter { $0.outcome.droppingRule != nil }
        #expect(dropped.map(\.probe.name) == ["SYN+ACK", "FIN+ACK", "RST", "RST+ACK"], "\(Self.lines(trial))")
        #expect(dropped.allSatisfy { $0.outcome.ctstate == .invalid && $0.outcome.droppingRule?.chain == "forward" })
        #expect(Self.lines(trial).contains("PSH+ACK NEW FORWARD"))
        #expect(
            trial.rules.values.contains(.known(statement: "ct state invalid drop", hook: "forward")), "\(trial.rules)")
    }

    @Test("Where INVALID is not dropped, all of them pass", arguments: [IPProtocol.tcp, .udp, .sctp])
    func inOrder(_ itsProtocol: IPProtocol) throws {
        let trial = try Self.trial(Self.forward("iifname \"inside\" accept"), protocol: itsProtocol)
        #expect(trial.doubt == nil)
        let outcomes = trial.services.flatMap(\.answers).flatMap(\.outcomes)
        #expect(
            !outcomes.isEmpty && outcomes.allSatisfy { $0.outcome.end == .passed(.forward) }, "\(Self.lines(trial))")
    }

    @Test("Where IPVS would alter their entries, they are not tried, and that is said")
    func confirmed() throws {
        let trial = try Self.trial(Self.trap, [Sysctls.ipvsConntrack: "1"])
        #expect(
            trial.doubt == nil
                && trial.services.allSatisfy { $0.isReachable && $0.outcomes.isEmpty && $0.answers.isEmpty })
        #expect(trial.untried.map(\.what) == ["answers of tcp \(Director.vip):80"])
    }

    @Test(
        "Those of a destination that is the director itself do not pass FORWARD",
        arguments: ["10.9.0.1:80", "10.9.9.100:80"])
    func local(_ server: String) throws {
        let trial = try Self.trial(Self.trap, server: server)
        let outcomes = trial.services.flatMap(\.answers).flatMap(\.outcomes)
        #expect(!outcomes.isEmpty && trial.untried == [], "\(Self.lines(trial))")
        #expect(outcomes.allSatisfy { $0.outcome.end == .passed(.postRouting) && $0.probe.sender == .director })
    }

    @Test("A host that does not forward loses them, and no rule is blamed")
    func noForwarding() throws {
        let trial = try Self.trial(Self.trap, ["net.ipv4.ip_forward": "0"])
        let outcomes = trial.services.flatMap(\.answers).flatMap(\.outcomes)
        #expect(outcomes.allSatisfy { $0.outcome.end == .lost }, "\(Self.lines(trial))")
        #expect(trial.doubt != nil)
    }
}
