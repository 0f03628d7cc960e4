import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowFindingsTests {
    private let dr = "10.0.0.100:80"
    private let nat = "10.0.0.101:80"

    private func kind(
        _ method: ForwardingMethod?, _ verdict: FlowVerdict, _ protocol: IPProtocol = .tcp, isSynSent: Bool = false,
        isHalfOpen: Bool = false
    ) throws -> FlowTally.Kind {
        var kind = FlowTally.Kind(try tcp(method == .nat ? nat : dr), `protocol`, method, verdict)
        (kind.isSynSent, kind.isHalfOpen) = (isSynSent, isHalfOpen)
        return kind
    }

    private func services(_ methods: ForwardingMethod...) throws -> [Service] {
        try methods.map { try service(tcp($0 == .nat ? nat : dr), [("10.0.0.3:80", $0)]) }
    }

    private func findings(
        _ counts: [(FlowTally.Kind, Int)], _ services: [Service], conntrack: String? = "1", loose: String? = "1",
        quiet: UInt64? = nil
    ) -> [Finding] {
        var tally = FlowTally()
        for (kind, count) in counts { tally.add(kind, count) }
        var sysctls = sysctls(conntrack: conntrack)
        sysctls.values[Sysctls.tcpLoose] = loose
        return FlowFindings(tally, services, sysctls, quietFor: quiet).all
    }

    private func only(_ id: Finding.ID, in findings: [Finding]) throws -> Finding {
        let found = findings.filter { $0.id == id }
        #expect(found.count == 1, "\(findings.map(\.id))")
        return try #require(found.first)
    }

    // MARK: vs.conntrack=1 and answers that bypass the director

    private func confirmed(
        halfOpen: Int, open: Int = 0, _ services: [Service], conntrack: String? = "1", _ method: ForwardingMethod? = .dr
    ) throws -> [Finding] {
        findings(
            [
                (try kind(method, .unreplied, isSynSent: true, isHalfOpen: true), halfOpen),
                (try kind(method, .unreplied, isSynSent: true), open), (try kind(.nat, .tracked), 2),
            ], services, conntrack: conntrack)
    }

    @Test(
        "Unreplied DR connections are an error if IPVS sees no ACK, a warning if ACKs pass or the setting is off")
    func severity() throws {
        let services = try services(.dr)
        func severity(_ halfOpen: Int, _ open: Int, _ conntrack: String?) throws -> Finding.Severity {
            try only(.vsConntrackDR, in: confirmed(halfOpen: halfOpen, open: open, services, conntrack: conntrack))
                .severity
        }
        #expect(try severity(3, 0, "1") == .error)
        #expect(try severity(3, 2, nil) == .error)
        #expect(try severity(1, 5, "1") == .warning)
        #expect(try severity(3, 0, "0") == .warning)
    }

    @Test("The evidence has the counts, how many are half open, and the setting")
    func evidence() throws {
        let finding = try only(.vsConntrackDR, in: confirmed(halfOpen: 3, open: 1, try services(.dr, .nat)))
        #expect(finding.evidence.map(\.name) == ["unreplied", "half_open", "connections", "vs_conntrack"])
        #expect(finding.evidence.map(\.value) == [4, 3, 4, 1])
        #expect(finding.subject == .service(try tcp(dr)))
    }

    @Test(
        "The remedy is the setting if all services bypass the director, and notrack for those that do if NAT needs it")
    func mixedMethods() throws {
        let alone = try only(.vsConntrackDR, in: confirmed(halfOpen: 3, services(.dr, .tun)))
        #expect(alone.remedies == [.set([.init("net.ipv4.vs.conntrack", 0)]), .observe, .readManual])
        let mixed = try only(.vsConntrackDR, in: confirmed(halfOpen: 3, services(.dr, .nat)))
        #expect(mixed.remedies == [.notrack([try tcp(dr)]), .observe, .readManual])
        // A service with both methods cannot be exempted from conntrack.
        let both = try service(tcp(dr), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .nat)])
        #expect(try only(.vsConntrackDR, in: confirmed(halfOpen: 3, [both])).remedies == [.readManual, .observe])
    }

    @Test("A setting is only advised to be turned off if it is known to be on")
    func unknownSetting() throws {
        let finding = try only(.vsConntrackDR, in: confirmed(halfOpen: 3, services(.dr), conntrack: nil))
        #expect(finding.remedies == [.observe, .readManual])
        #expect(finding["vs_conntrack"] == nil)
    }

    @Test("Entries past SYN_SENT, UDP, NAT, and connections with an unknown method are no evidence about ACKs")
    func others() throws {
        let counts = [
            (try kind(.dr, .unreplied), 1), (try kind(.dr, .unreplied, .udp), 1),
            (try kind(.nat, .unreplied, isSynSent: true), 1), (try kind(nil, .unreplied, isSynSent: true), 1),
            (try kind(ForwardingMethod(rawValue: 6), .unreplied, isSynSent: true), 1),
        ]
        #expect(findings(counts, try services(.dr, .nat)).allSatisfy { $0.id == .flows(.unreplied) })
    }

    // MARK: Absent

    @Test("Absent DR connections are a warning; with tcp_loose=0 it is another one, remedied by that setting")
    func absent() throws {
        let counts = [(try kind(.dr, .absent), 2), (try kind(.tun, .never), 1), (try kind(.dr, .absent, .udp), 4)]
        let loose = try only(.endsInvalid, in: findings(counts, try services(.dr), conntrack: "0"))
        #expect(loose.severity == .warning)
        #expect(loose["absent"] == 3 && loose["connections"] == 3)
        #expect(loose.context == .methods([.dr, .tun]))
        #expect(loose.remedies == [.observe, .readManual])
        let strict = try only(.tcpLoose0, in: findings(counts, try services(.dr), conntrack: "0", loose: "0"))
        #expect(strict.remedies.first == .set([.init(Sysctls.tcpLoose, 1)]))
    }

    @Test("If an observation saw no drops, observing is not advised again")
    func quiet() throws {
        let counts = [(try kind(.dr, .absent), 2)]
        let finding = try only(.endsInvalid, in: findings(counts, try services(.dr), conntrack: "0", quiet: 12))
        #expect(finding["dropped"] == 0 && finding["observed_seconds"] == 12)
        #expect(finding.remedies == [.readManual])
    }

    @Test("A connection waiting for its first packet has no packets that could be INVALID")
    func expected() throws {
        var expected = try kind(.dr, .absent)
        expected.isExpected = true
        let found = findings([(expected, 1)], try services(.dr), conntrack: "0")
        #expect(found.map(\.id) == [.flows(.absent)])
        #expect(found[0].context == .flows(.absent, .expected))
    }

    @Test("NAT without confirmation: answers are INVALID at FORWARD, and DR services beside it get notrack")
    func nats() throws {
        let counts = [(try kind(.nat, .absent), 2)]
        let alone = try only(.vsConntrackNAT, in: findings(counts, try services(.nat), conntrack: "0"))
        #expect(alone.severity == .warning)
        #expect(alone.remedies == [.set([.init("net.ipv4.vs.conntrack", 1)]), .observe, .readManual])
        let mixed = try only(.vsConntrackNAT, in: findings(counts, try services(.nat, .dr), conntrack: "0"))
        #expect(mixed.remedies.prefix(2) == [.notrack([try tcp(dr)]), .set([.init("net.ipv4.vs.conntrack", 1)])])
        #expect(findings(counts, try services(.nat), conntrack: "1").map(\.id) == [.flows(.absent)])
    }

    @Test("NAT connections are untracked by their own flag, whatever the setting is now")
    func natsByFlag() throws {
        func count(_ nfct: Bool) throws -> [(FlowTally.Kind, Int)] {
            var kind = try kind(.nat, .absent)
            kind.nfct = nfct
            return [(kind, 2)]
        }
        #expect(
            try findings(count(true), services(.nat), conntrack: "0").map(\.context)
                == [.flows(.absent, .unexplained(by: .flag))])
        // The setting is right already: what remains are older connections.
        let old = try only(.vsConntrackNAT, in: findings(count(false), services(.nat), conntrack: "1"))
        #expect(old.remedies == [.observe, .readManual])
    }

    // MARK: Counts

    @Test(
        "One finding per verdict and reason, the most frequent first; if all flows are one service's, it is the subject"
    )
    func groups() throws {
        let counts = [(try kind(.nat, .absent), 1), (try kind(.dr, .absent), 2), (try kind(.dr, .tracked), 1)]
        let found = findings(counts, [], conntrack: "0").filter { $0.id == .flows(.absent) }
        #expect(found.map { $0["absent"] } == [2, 1])
        #expect(found.map { $0["connections"] } == [4, 4])
        #expect(found.map(\.subject) == [.service(try tcp(dr)), .service(try tcp(nat))])
        #expect(
            found.map(\.context) == [.dr, .nat].map { .flows(.absent, .untracked($0, by: .setting)) })
    }

    @Test(
        "A verdict filter without matches is the only finding; the same goes for a filter that selected no connection")
    func noMatch() throws {
        var tally = FlowTally()
        tally.add(try kind(.dr, .absent), 5)
        tally.asked = [.tracked, .orphan]
        let missed = FlowFindings(tally, [], sysctls(conntrack: "0")).all
        #expect(missed.map(\.id) == [.noMatch])
        #expect(missed[0]["connections"] == 5)
        tally.asked = [.absent]
        #expect(FlowFindings(tally, [], sysctls(conntrack: "0")).all.count == 2)
        var empty = FlowTally()
        empty.chosenFrom = 7
        #expect(FlowFindings(empty, [], sysctls(conntrack: "0")).all.map { $0["connections"] } == [7])
        empty.add(try kind(nil, .orphan), 1)
        #expect(
            FlowFindings(empty, [], sysctls(conntrack: "0")).all.map(\.id) == [.noMatch, .flows(.orphan)])
    }

    @Test("Worst first: by severity, then by observed drops, else in the original order")
    func order() {
        func finding(_ severity: Finding.Severity, _ dropped: Int?, _ name: String) -> Finding {
            Finding(
                .init(rawValue: name), severity, .director, dropped.map { [.init(Drops.evidenceName, $0)] } ?? [])
        }
        let all = [
            finding(.info, nil, "a"), finding(.warning, nil, "b"), finding(.error, nil, "c"), finding(.warning, 3, "d"),
            finding(.error, nil, "e"), finding(.error, 2, "f"), finding(.error, 9, "g"),
        ]
        #expect(all.worstFirst.map(\.id.rawValue) == ["g", "f", "c", "e", "d", "b", "a"])
        #expect(all.worst?.id.rawValue == "g")
        #expect([finding(.info, 1, "a")].worst == nil)
    }
}
