import Addresses
import Advice
import Collection
import Firewall
import IPVS
import Inspection
import Netlink
import TestSupport
import Testing

/// What a director with a packet filter is advised to do, by the program's own readers: only IPVS's services are a test's.
struct Advised {
    let fixes: [Fix]
    let obstacles: [AdviceReport.Obstacle]
    let settings: [Remedy.Setting]
    /// Why what was not found proves nothing; nil if it does.
    let doubt: String?

    init(
        _ filter: String, settings: [String: String] = [Sysctls.ipvsConntrack: "0", Sysctls.tcpLoose: "1"],
        format: FixFormat? = nil, method: ForwardingMethod = .dr, protocol: IPProtocol = .tcp,
        families: [IPAddress.Family] = [.ipv4, .ipv6], mark: UInt32? = nil,
        prepare: @escaping @Sendable () throws -> Void = {}
    ) throws {
        let services = try Director(":").services.filter { families.contains($0.identity.family) }.map { service in
            var service = service
            if case .address(_, let endpoint) = service.identity { service.identity = .address(`protocol`, endpoint) }
            if let mark { service.identity = .fwmark(mark, service.identity.family) }
            for index in service.destinations.indices { service.destinations[index].method = .dr }
            if method != .dr, let first = service.destinations.first {
                var other = first
                other.method = method
                service.destinations.append(other)
            }
            return service
        }
        self = try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", Director.network + "\n" + filter])
            guard outcome.status == 0 else { throw Director.Failed(description: outcome.errors) }
            try prepare()
            let kernel = LiveKernel()
            var director = try CheckedDirector(reading: kernel)
            director.facts.services = .known(services)
            director.facts.sysctls.values = settings
            guard let trial = try director.tryFilter(reading: kernel) else {
                throw Director.Failed(description: "no trial")
            }
            let doubt: String? = if case .incomplete(_, let why) = director.facts.trial { why } else { nil }
            let checks = CheckReport(Check.filterChecksOnly, of: director.facts)
            guard let advisor = Advisor(trial, director.facts, checks.findings, format: format) else {
                return Advised(fixes: [], obstacles: [], settings: [], doubt: doubt)
            }
            let (fixes, obstacles) = advisor.advice()
            return Advised(fixes: fixes, obstacles: obstacles, settings: advisor.settings, doubt: doubt)
        }
    }

    private init(
        fixes: [Fix], obstacles: [AdviceReport.Obstacle], settings: [Remedy.Setting], doubt: String?
    ) {
        (self.fixes, self.obstacles, self.settings, self.doubt) = (fixes, obstacles, settings, doubt)
    }

    subscript(kind: Fix.Kind) -> Fix? { fixes.first { $0.kind == kind } }

    /// Both kinds of fixes, proven.
    func bothProven() throws -> (accept: Fix, notrack: Fix) {
        #expect(obstacles == [])
        let accept = try #require(self[.accept])
        let notrack = try #require(self[.notrack])
        for fix in [accept, notrack] {
            #expect(fix.proof.result == .proven)
            #expect(fix.proof.packets.allSatisfy { $0.passes })
            #expect(fix.proof.packets.contains { !$0.hadPassed })
            #expect(!fix.proof.closed.isEmpty && fix.proof.closed.allSatisfy { $0.passes == $0.hadPassed })
        }
        return (accept, notrack)
    }
}

extension Check {
    fileprivate static var filterChecksOnly: [Check] {
        ["invalid-dropped", "new-acks-dropped", "icmp-not-accepted", "icmpv6-ptb"].compactMap(Check.named)
    }
}
