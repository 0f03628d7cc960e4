import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

@testable import Terminal

extension Models {
    /// The rule that drops in `trial`.
    static let dropping = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 6))

    /// FINs, and with `acks` ACKs, of the service are dropped as INVALID.
    static func trial(acks: Bool = false) -> Trial {
        var trial = Trial(judgedBy: "6.1.0")
        var one = ServiceTrial(service().identity)
        one.origin = ProbeOrigin(IPAddress(ipv4: 0xC633_644D), "eth0")
        var opening = ProbeOutcome()
        (opening.ctstate, opening.end) = (.new, .passed(.localIn))
        one.opening = opening
        var dropped = ProbeOutcome()
        (dropped.ctstate, dropped.end) = (.invalid, .dropped(dropping))
        one.outcomes = [(Probe(.tcp([.fin, .ack])), dropped)] + (acks ? [(Probe(.tcp(.ack)), dropped)] : [])
        trial.services = [one]
        trial.rules[dropping] = .known(statement: "ct state invalid drop", hook: "INPUT")
        return trial
    }

    /// What the checks say of the service, of which a destination takes no connections with `isFull`.
    static func checks(_ trial: Fact<Trial>, isFull: Bool = false) -> CheckReport {
        let origin = Origin(takenAt: now, host: "lb1", kernelRelease: "6.1.0", networkNamespace: nil)
        var service = service()
        if isFull {
            for place in service.destinations.indices { service.destinations[place].weight = 0 }
        } else {
            for place in service.destinations.indices { service.destinations[place].weight = 1 }
        }
        let facts = DirectorFacts(
            origin, services: .known([service]), configuration: .unreadable("not in this test"), sysctls: sysctls,
            table: .unreadable("not in this test"),
            host: HostFacts(modules: .known([]), forwarding: .known(.init(ipv4: true))),
            network: .unreadable("not in this test"), counters: .unreadable("not in this test"), trial: trial)
        return CheckReport(Check.all, of: facts)
    }

    /// What a live director does with it.
    static func check(_ model: inout Model, _ report: CheckReport) {
        model.director.take(report)
        tell(&model, .director(.checked))
    }
}
