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

@Suite("Services by mark in the sandbox", .needsRoot, .needsTool("nft"))
struct MarkTrialTests {
    /// Marks packets before anything else, and then drops INVALID unless other rules come before.
    private static func filter(_ marking: String, _ input: String = "ct state invalid drop\ntcp dport 80 accept")
        -> String
    {
        """
        nft -f - <<'END'
        table inet filter {
            chain marking {
                type filter hook prerouting priority mangle;
                \(marking)
            }
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                \(input)
            }
        }
        END
        """
    }

    private static func trial(
        _ filter: String, mark: UInt32 = 7, family: IPAddress.Family = .ipv4, settings: [String: String] = [:],
        flows: [KnownFlow] = []
    ) throws -> Trial {
        let director = try Director(filter, settings: settings)
        var service = Service(.fwmark(mark, family))
        let server = family == .ipv4 ? "10.8.0.3:0" : "[2001:db8:8::3]:0"
        service.destinations = [Destination(try #require(Endpoint(server)), .dr)]
        var plan = director.plan
        plan.flowsByMark = flows
        return try Trial(of: [service], in: plan)
    }

    private static let web = "ip daddr \(Director.vip) tcp dport 80 meta mark set 7"
    private static let ends = ["FIN+ACK", "RST", "RST+ACK"]

    private func expectDrops(_ trial: Trial) {
        let dropped = trial.services.flatMap(\.outcomes).filter { $0.outcome.droppingRule != nil }
        #expect(dropped.map(\.probe.name).starts(with: Self.ends), "\(trial.services.map(\.lines))")
        #expect(dropped.allSatisfy { $0.outcome.ctstate == .invalid && $0.outcome.droppingRule?.chain == "input" })
    }

    @Test("A rule that names address and port: its packets are tried, and the rule that drops INVALID is named")
    func named() throws {
        let trial = try Self.trial(Self.filter(Self.web))
        #expect(trial.services.map(\.service) == [.fwmark(7, .ipv4)])
        #expect(trial.services.map(\.target.description) == ["tcp \(Director.vip):80"])
        #expect(trial.doubt == nil && trial.untried == [])
        expectDrops(trial)
    }

    @Test("In order where INVALID is accepted: all of its packets pass")
    func inOrder() throws {
        let trial = try Self.trial(Self.filter(Self.web, "ip daddr \(Director.vip) accept"))
        #expect(trial.doubt == nil && trial.services.allSatisfy(\.isReachable))
        let outcomes = trial.services.flatMap(\.outcomes)
        #expect(!outcomes.isEmpty && outcomes.allSatisfy(\.outcome.hasPassed), "\(trial.services.map(\.lines))")
    }

    @Test("A rule without address or port: the director's own addresses, at ports of any rule")
    func open() throws {
        let marking = "meta mark set 7"
        let trial = try Self.trial(Self.filter(marking, "ct state invalid drop\ntcp dport 8080 accept"))
        #expect(trial.services.first?.target.description == "tcp \(Director.vip):8080")
        expectDrops(trial)
    }

    @Test("A map with several places: each is tried, and what has another mark is not")
    func several() throws {
        let marking = """
            meta mark set ip daddr . tcp dport map { \(Director.vip) . 80 : 7, \(Director.vip) . 443 : 7, 10.9.0.1 . 80 : 8 }
            """
        let trial = try Self.trial(Self.filter(marking, "ct state invalid drop\ntcp dport { 80, 443 } accept"))
        #expect(
            Set(trial.services.map(\.target.description)) == ["tcp \(Director.vip):80", "tcp \(Director.vip):443"])
        #expect(trial.doubt == nil)
        let other = try Self.trial(Self.filter(marking), mark: 8)
        #expect(other.services.map(\.target.description) == ["tcp 10.9.0.1:80"])
    }

    @Test(
        "A rule for a network, from one client only: connections that are there say where its packets come from and go to"
    )
    func flows() throws {
        let rules = Self.filter(
            "ip saddr 10.9.0.55 ip daddr 192.0.2.0/24 meta mark set 7", "ct state invalid drop\ntcp dport 8081 accept")
        let marking = rules + "\nip rule add fwmark 7 lookup 100; ip route add local 0.0.0.0/0 dev lo table 100"
        let flow = KnownFlow(
            .tcp, client: try #require(IPAddress("10.9.0.55")), virtual: try #require(Endpoint("192.0.2.9:8081")))
        let trial = try Self.trial(marking, flows: [flow])
        #expect(trial.services.map(\.target.description) == ["tcp 192.0.2.9:8081"], "\(trial.doubt ?? "-")")
        expectDrops(trial)
        let blind = try Self.trial(marking)
        #expect(blind.services.allSatisfy { !$0.isReachable })
        // The kernel decides.
        let elsewhere = KnownFlow(.tcp, client: flow.client, virtual: try #require(Endpoint("203.0.113.9:8081")))
        let wrong = try Self.trial(marking, flows: [elsewhere])
        #expect(wrong.services.allSatisfy { !$0.isReachable })
    }

    @Test(
        "Destinations in sets of ipset: an address that is the director's only by its mark", .needsTool("ipset"),
        arguments: ["nft", "legacy"])
    func inSets(_ variant: String) throws {
        let marking = """
            ipset create gone hash:ip; ipset create services hash:ip,port
            ipset add services 192.0.2.7,tcp:8081; ipset destroy gone
            iptables-\(variant) -t mangle -A PREROUTING -m set --match-set services dst,dst -j MARK --set-mark 7
            ip rule add fwmark 7 lookup 100; ip route add local 0.0.0.0/0 dev lo table 100
            """
        let trial = try Self.trial(marking + "\n" + Self.filter("", "ct state invalid drop\ntcp dport 8081 accept"))
        #expect(trial.services.map(\.target.description) == ["tcp 192.0.2.7:8081"], "\(trial.doubt ?? "-")")
        expectDrops(trial)
    }

    @Test("IPv6, and a mark that a rule takes away again")
    func taken() throws {
        let six = "ip6 daddr \(Director.vip6) tcp dport 80 meta mark set 7"
        let trial = try Self.trial(Self.filter(six), family: .ipv6)
        #expect(trial.services.map(\.target.description) == ["tcp [\(Director.vip6)]:80"])
        expectDrops(trial)
        let cleared = try Self.trial(Self.filter(Self.web + "\nmeta mark set 0"))
        #expect(cleared.services.allSatisfy { !$0.isReachable })
        #expect(cleared.doubt?.contains("was not reached in the sandbox: none of") == true, "\(cleared.doubt ?? "-")")
    }

    @Test("A mark that no rule sets is not tried, and that is said")
    func unset() throws {
        let trial = try Self.trial(Self.filter("tcp dport 80 meta mark set 8"))
        #expect(trial.services.allSatisfy { !$0.isReachable && $0.outcomes.isEmpty })
        #expect(
            trial.doubt == "fwmark 7 was not reached in the sandbox: no rule gives packets its mark",
            "\(trial.doubt ?? "-")")
    }

    @Test("A service whose opening is dropped everywhere is not reached, because of that rule")
    func closed() throws {
        let trial = try Self.trial(Self.filter(Self.web, "tcp dport 81 accept"))
        #expect(
            trial.doubt?.contains("what opens a connection is dropped by the policy of inet filter input") == true
                || trial.doubt?.contains("dropped by inet filter input") == true, "\(trial.doubt ?? "-")")
    }

    @Test("Packets that policy routing makes local by their mark, whatever their address")
    func routed() throws {
        let routing = """

            ip rule add fwmark 7 lookup 100
            ip route add local 0.0.0.0/0 dev lo table 100
            """
        let filter = Self.filter("ip daddr 203.0.113.80 tcp dport 80 meta mark set 7") + routing
        let trial = try Self.trial(filter)
        #expect(trial.services.map(\.target.description) == ["tcp 203.0.113.80:80"])
        expectDrops(trial)
    }

    @Test("Rules of iptables, nft and legacy", .needsTool("iptables-legacy"), arguments: ["nft", "legacy"])
    func iptables(_ variant: String) throws {
        let filter = """
            iptables-\(variant) -t mangle -N WEB
            iptables-\(variant) -t mangle -A PREROUTING -d \(Director.vip) -p tcp -m multiport --dports 80,443 -j WEB
            iptables-\(variant) -t mangle -A WEB -j MARK --set-mark 7
            iptables-\(variant) -A INPUT -m conntrack --ctstate INVALID -j DROP
            """
        let trial = try Self.trial(filter)
        #expect(
            Set(trial.services.map(\.target.description)) == ["tcp \(Director.vip):80", "tcp \(Director.vip):443"])
        let dropped = trial.services.flatMap(\.outcomes).filter { $0.outcome.droppingRule != nil }
        #expect(!dropped.isEmpty && dropped.allSatisfy { $0.outcome.droppingRule?.chain == "INPUT" })
    }

    @Test("A hundred marks with the same candidates")
    func many() throws {
        let marks = (1...100).map { "tcp dport \(8000 + $0) meta mark set \($0)" }.joined(separator: "\n")
        let director = try Director(Self.filter(marks, "ct state invalid drop\ntcp dport 8000-8200 accept"))
        let services = (1...100).map { (mark: UInt32) in
            var service = Service(.fwmark(mark, .ipv4))
            service.destinations = [Destination(Endpoint(IPAddress(ipv4: 0x0A08_0003), 0), .dr)]
            return service
        }
        let clock = ContinuousClock()
        let start = clock.now
        let trial = try Trial(of: services, in: director.plan)
        #expect(clock.now - start < .seconds(60))
        #expect(trial.services.filter(\.isReachable).count >= 100, "\(trial.services.filter(\.isReachable).count)")
    }
}
