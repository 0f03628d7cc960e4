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

@Suite("Answers of the director itself in the sandbox", .needsRoot, .needsTool("nft"))
struct OwnAnswerTests {
    private static func output(_ rules: String, policy: String = "accept") -> String {
        """
        nft -f - <<'END'
        table inet filter {
            chain output {
                type filter hook output priority filter; policy \(policy);
                \(rules)
            }
        }
        END
        """
    }

    private static let trap = output("ct state invalid drop")

    /// A service whose only destination, unless another is given, has an address of the director.
    private static func trial(
        _ filter: String, _ settings: [String: String] = [:], protocol: IPProtocol = .tcp,
        method: ForwardingMethod = .dr, vip: String = Director.vip, others: [Destination] = []
    ) throws -> Trial {
        let director = try Director(filter, settings: settings)
        let address = try #require(IPAddress(vip))
        let own = try #require(Endpoint(address.family == .ipv4 ? "10.9.0.1:80" : "[2001:db8:9:1::1]:80"))
        var service = Service(.address(`protocol`, Endpoint(address, 80)))
        service.destinations = [Destination(own, method)] + others
        return try Trial(of: [service], in: director.plan)
    }

    private static func answers(_ trial: Trial) -> [(probe: Probe, outcome: ProbeOutcome)] {
        trial.services.flatMap(\.answers).flatMap(\.outcomes).filter { $0.probe.sender == .director }
    }

    private static func lines(_ trial: Trial) -> [String] {
        answers(trial).map { "\($0.probe.name) \($0.outcome.words)" }
    }

    @Test(
        "Without entries, what begins or ends a connection is INVALID at OUTPUT, and its rule is named",
        arguments: [
            (Director.vip, ForwardingMethod.dr), (Director.vip6, .dr), (Director.vip, .local), (Director.vip, .nat),
        ])
    func trap(_ vip: String, _ method: ForwardingMethod) throws {
        let trial = try Self.trial(Self.trap, method: method, vip: vip)
        #expect(trial.doubt == nil && trial.untried == [])
        let dropped = Self.answers(trial).filter { $0.outcome.droppingRule != nil }
        #expect(dropped.map(\.probe.name) == ["SYN+ACK", "FIN+ACK", "RST", "RST+ACK"], "\(Self.lines(trial))")
        #expect(dropped.allSatisfy { $0.outcome.ctstate == .invalid && $0.outcome.droppingRule?.chain == "output" })
        // As the lab shows for IPVS: it has untracked what conntrack would have taken for new.
        #expect(Self.lines(trial).contains("PSH+ACK UNTRACKED POST_ROUTING"))
        #expect(
            trial.rules.values.contains(.known(statement: "ct state invalid drop", hook: "output")), "\(trial.rules)")
    }

    @Test("Where INVALID is not dropped, all of them pass", arguments: [IPProtocol.tcp, .udp, .sctp])
    func inOrder(_ itsProtocol: IPProtocol) throws {
        let trial = try Self.trial(Self.output("ct state new accept"), protocol: itsProtocol)
        #expect(trial.doubt == nil && trial.untried == [])
        let answers = Self.answers(trial)
        #expect(
            !answers.isEmpty && answers.allSatisfy { $0.outcome.end == .passed(.postRouting) }, "\(Self.lines(trial))")
    }

    @Test("With entries they are ESTABLISHED, and so are the client's packets")
    func confirmed() throws {
        let both =
            Self.trap + "\nnft add chain inet filter input '{ type filter hook input priority 0; }'; "
            + "nft add rule inet filter input ct state invalid drop"
        let trial = try Self.trial(both, [Sysctls.ipvsConntrack: "1"])
        #expect(trial.doubt == nil && trial.untried == [])
        let answers = Self.answers(trial)
        #expect(
            answers.count == 5
                && answers.allSatisfy { $0.outcome.hasPassed && $0.outcome.ctstate == .established },
            "\(Self.lines(trial))")
        let packets = trial.services.flatMap(\.outcomes)
        #expect(!packets.isEmpty && packets.allSatisfy(\.outcome.hasPassed), "\(trial.services.map(\.lines))")
    }

    @Test("Behind a policy that drops what is neither new nor established, datagrams too, which IPVS has untracked")
    func policy() throws {
        let trial = try Self.trial(
            Self.output("ct state new,established accept", policy: "drop"), protocol: .udp)
        #expect(
            Self.lines(trial) == ["\(PacketClass.udp.title) UNTRACKED dropped inet filter output"],
            "\(Self.lines(trial))")
    }

    @Test("A rule that drops at POST_ROUTING, and one of iptables-legacy", .needsTool("iptables-legacy"))
    func others() throws {
        let post = """
            nft add table ip late '{ chain p { type filter hook postrouting priority 0; tcp sport 80 tcp flags syn drop; }; }'
            """
        let dropped = Self.answers(try Self.trial(post)).filter { $0.outcome.droppingRule?.chain == "p" }
        #expect(dropped.map(\.probe.name) == ["SYN+ACK"])
        let legacy = "iptables-legacy -A OUTPUT -m conntrack --ctstate INVALID -j DROP"
        let trial = try Self.trial(legacy)
        let named = Self.answers(trial).filter { $0.outcome.droppingRule?.decision == .legacyRule(number: 1) }
        #expect(named.map(\.probe.name) == ["SYN+ACK", "FIN+ACK", "RST", "RST+ACK"], "\(Self.lines(trial))")
    }

    @Test("Beside a real server elsewhere they are tried as well; without a destination here nothing is")
    func mixed() throws {
        let other = Destination(try #require(Endpoint("10.8.0.3:80")), .dr)
        let trial = try Self.trial(Self.trap, others: [other])
        #expect(Self.answers(trial).contains { $0.outcome.droppingRule != nil })
        #expect(trial.services.flatMap(\.outcomes).contains { $0.probe == Probe(.tcp([.fin, .ack])) })
        let director = try Director(Self.trap)
        let plain = try director.trial()
        #expect(Self.answers(plain).isEmpty)
    }

    @Test("With NAT and entries, which IPVS would alter, they are not tried, and that is said")
    func nat() throws {
        let trial = try Self.trial(Self.trap, [Sysctls.ipvsConntrack: "1"], method: .nat)
        #expect(Self.answers(trial).isEmpty && trial.untried.count == 1)
    }
}
