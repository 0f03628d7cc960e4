import Addresses
import Conntrack
import Firewall
import IPVS

/// What packets show that are counted while a director is watched, with `--for`, beside what the packet filter was predicted to drop.
extension Check {
    static let trafficChecks = [
        // A service gets backscatter and scans: those that are INVALID are what a filter is for.
        Check(
            .packetsDropped, .warning, "other packets to services that the packet filter drops", needs: [.traffic],
            concerns: { _ in true }
        ) { facts in
            facts.observed(.packetsDropped).map { finding in
                var finding = finding
                if case .drops(let drops) = finding.context, drops.groups.allSatisfy({ $0.ctstate == .invalid }) {
                    finding.severity = .info
                }
                return finding
            }
        },
        Check(
            .answersDropped, .error, "answers of NAT services that the packet filter drops", needs: [.traffic],
            concerns: { $0.hasMethod { $0 == .nat } }
        ) { $0.observed(.answersDropped) },
        Check(
            .lostBeforeLocalIn, .warning, "packets to services that are lost before the packet filter at LOCAL_IN",
            needs: [.traffic], concerns: { _ in true }
        ) { $0.observed(.lostBeforeLocalIn) },
        Check(
            .lostBeforePostRouting, .warning, "packets that are lost on their way to the real servers",
            needs: [.traffic], concerns: { _ in true }
        ) { $0.observed(.lostBeforePostRouting) },
    ]
}
