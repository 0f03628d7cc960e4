import Addresses
import Conntrack
import IPVS

@testable import Inspection

extension CheckTests {
    private static let synAck = Probe(.tcp([.syn, .ack]), from: .realServer)
    private static let answer = Probe(.tcp([.psh, .ack]), from: .realServer)

    static let services = [
        Case("no-dest", .error, ["destinations": 0]) {
            $0.web.destinations = []
        } butNot: {
            $0.web.destinations[0].weight = 0
        },
        Case("no-dest", .error, ["destinations": 2, "of_weight_0": 1, "over_threshold": 1]) {
            $0.web.destinations[0].weight = 0
            $0.web.destinations[1].upperThreshold = 5
        } butNot: {
            $0.web.destinations[0].weight = 0
            $0.web.destinations[1].upperThreshold = 6
        },
        // A service by mark without destinations passes packets on to where they were going.
        Case("no-dest", .error, ["destinations": 0]) {
            $0.set("cache_bypass", 1)
            $0.web.destinations = []
        } butNot: {
            $0.set("cache_bypass", 1)
            $0.services = .known([Service(.fwmark(7, .ipv4))])
        },
        Case("threshold-hit", .warning, ["over_threshold": 1, "connections": 8, "upper_thresholds": 8]) {
            $0.web.destinations[0].inactiveConnections = 3
            $0.web.destinations[0].upperThreshold = 8
        } butNot: {
            $0.web.destinations[0].inactiveConnections = 3
            $0.web.destinations[0].upperThreshold = 9
        },
        Case("port0-nonpersistent", .error) {
            $0.web = try DirectorFacts.web("10.0.0.100:0", .dr)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:0", .dr, flags: .persistent)
        },
        Case("ftp-persistence", .error) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .dr)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .dr, flags: .persistent)
        },
        Case("ftp-persistence", .warning, ["services_for_data_ports": 1]) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .tun)
            $0.add(try DirectorFacts.web("10.0.0.100:50000", .tun))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
        },
        Case("dr-port-differs", .warning, ["destinations": 1, "service_port": 80]) {
            $0.web.destinations[1].endpoint.port = 8080
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.web.destinations[1].endpoint.port = 8080
        },
        Case("dr-port-differs", .warning) {
            $0.web.destinations[1].endpoint.port = 81
        } butNot: {
            $0.web.destinations[1].endpoint.port = 0
        },
        Case("ip-forward-nat", .error, ["ip_forward": 0, "services": 1]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.host.forwarding = .known(.init(ipv4: false))
        } butNot: {
            $0.host.forwarding = .known(.init(ipv4: false))
        },
        Case("ip-forward-nat", .error) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.host.forwarding = .known(.init(ipv4: false))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.host.forwarding = .known(.init(ipv4: false, interfaces: ["eth1"]))
        },
        // What goes to the director itself is not forwarded.
        Case("ip-forward-nat", .error, ["ip_forward": 0]) {
            $0.web = try service(try tcp("10.0.0.100:80"), [("10.0.0.3:80", .nat)])
            $0.host.forwarding = .known(.init(ipv4: false))
        } butNot: {
            $0.web = try service(try tcp("10.0.0.100:80"), [("127.0.0.1:8080", .nat), ("10.0.0.100:8080", .nat)])
            $0.host.forwarding = .known(.init(ipv4: false))
        },
        Case("ip-forward-nat", .error, ["ipv6_forwarding": 0]) {
            $0.web = try service(try tcp("[2001:db8::100]:80"), [("[2001:db8::3]:80", .nat)])
            $0.host.forwarding = .known(.init(ipv4: true, ipv6: false))
        } butNot: {
            $0.web = try service(try tcp("[2001:db8::100]:80"), [("[2001:db8::3]:80", .nat)])
            $0.host.forwarding = .known(.init(ipv4: true, ipv6: false))
            $0.boot("6.17.0")
        },
    ]

    static let tracking = [
        Case("vs-conntrack-dr", .warning, ["vs_conntrack": 1, "services": 1]) {
            $0.set("conntrack", 1)
        } butNot: {
            $0.set("conntrack", 1)
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        },
        // UDP packets of an unreplied entry stay NEW.
        Case("vs-conntrack-dr", .warning) {
            $0.set("conntrack", 1)
            $0.services = .known([try service(.fwmark(7, .ipv4), [("10.0.0.3:0", .tun)])])
        } butNot: {
            $0.set("conntrack", 1)
            $0.services = .known([try service(.address(.udp, try at("10.0.0.100:53")), [("10.0.0.3:53", .dr)])])
        },
        Case("vs-conntrack-nat", .warning, ["vs_conntrack": 0]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.set("conntrack", 1)
        },
        // Tried in the sandbox, what is dropped decides, not the setting.
        Case("vs-conntrack-nat", .error, ["vs_conntrack": 0, "services": 1, "kinds_dropped": 2, "answers_dropped": 2]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, droppedAnswers: [Probe(.tcp([.syn, .ack])), Probe(.tcp(.rst))]))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, passedAnswers: [Probe(.tcp([.syn, .ack])), Probe(.tcp(.rst))]))
        },
        Case("vs-conntrack-nat", .warning, ["kinds_dropped": 1, "answers_dropped": 0]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, dropped: [Probe(.tcp(.rst))], passedAnswers: [Probe(.tcp(.rst))]))
        } butNot: {
            // What clients send to a DR destination is the other check's.
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.web.destinations[0].method = .dr
            $0.trial = .known(try .of($0.web, dropped: [Probe(.tcp(.rst))], passedAnswers: [Probe(.tcp(.rst))]))
        },
        Case("vs-conntrack-nat", .warning) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
            $0.host.modules = .known(["ip_vs", "ip_vs_ftp"])
        },
        Case("tcp-loose-0", .warning, ["tcp_loose": 0]) {
            $0.sysctls.values[Sysctls.tcpLoose] = "0"
        } butNot: {
            $0.sysctls.values[Sysctls.tcpLoose] = "0"
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        },
        Case("mixed-methods", .warning, ["nat_services": 1, "services": 1]) {
            $0.add(try DirectorFacts.web("10.0.0.101:80", .nat))
        } butNot: {
            $0.add(try DirectorFacts.web("10.0.0.101:80", .tun))
        },
        // Tried in the sandbox, a filter that drops no INVALID answers lets 0 suit both.
        Case("mixed-methods", .warning) {
            let other = try DirectorFacts.web("10.0.0.101:80", .nat)
            $0.add(other)
            $0.trial = .known(try .of(other, droppedAnswers: [synAck], passedAnswers: [answer]))
        } butNot: {
            let other = try DirectorFacts.web("10.0.0.101:80", .nat)
            $0.add(other)
            $0.trial = .known(try .of(other, passedAnswers: [synAck, answer]))
        },
        // The same of ACKs and 1; what ends connections is dropped whatever the setting.
        Case("mixed-methods", .warning) {
            $0.set("conntrack", 1)
            $0.add(try DirectorFacts.web("10.0.0.101:80", .nat))
            $0.trial = .known(try .of($0.web, dropped: [Probe(.tcp(.ack), isAfterOpening: true)]))
        } butNot: {
            $0.set("conntrack", 1)
            $0.trial = .known(
                try .of($0.web, dropped: [Probe(.tcp(.rst))], passed: [Probe(.tcp(.ack), isAfterOpening: true)]))
            $0.add(try DirectorFacts.web("10.0.0.101:80", .nat))
        },
        // What could not be tried leaves it to the settings.
        Case("mixed-methods", .warning) {
            let other = try DirectorFacts.web("10.0.0.101:80", .nat)
            $0.add(other)
            $0.trial = .incomplete(try .of(other, passedAnswers: [synAck, answer]), "a set is missing")
        } butNot: {
            $0.add(try DirectorFacts.web("10.0.0.101:80", .dr))
        },
        Case("timeout-udp", .info, ["udp_timeout_seconds": 300, "entry_timeout_seconds": 30]) {
            $0.resolve(.nat, keeping: 300)
        } butNot: {
            $0.resolve(.nat, keeping: 30)
        },
        Case("timeout-udp", .info) {
            $0.resolve(.nat, keeping: 300)
        } butNot: {
            $0.resolve(.dr, keeping: 300)
        },
        Case("timeout-udp", .info) {
            $0.resolve(.nat, keeping: 300)
        } butNot: {
            $0.resolve(.nat, keeping: 300)
            $0.web.flags.insert(.onePacket)
        },
    ]
}

extension DirectorFacts {
    /// The one service is of UDP, whose connections IPVS keeps for so long, and tracked.
    fileprivate mutating func resolve(_ method: ForwardingMethod, keeping seconds: UInt32) {
        set("conntrack", 1)
        web.identity = .address(.udp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 53))
        for place in web.destinations.indices { web.destinations[place].method = method }
        var configuration = configuration.value ?? Director.Configuration()
        configuration.timeouts.udp = seconds
        self.configuration = .known(configuration)
    }
}
