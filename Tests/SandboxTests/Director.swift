import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Routing
import Sandbox
import TestSupport

/// A director's filter and network, made by shell commands in a namespace of its own and read from there.
struct Director: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    static let vip = "10.9.9.100"
    static let vip6 = "2001:db8:9::100"

    /// The links and addresses of a director, with its VIPs on the loopback interface.
    static let network = """
        ip link set lo up
        ip link add outside index 40 type veth peer name far
        ip link set outside up; ip link set far up
        ip addr add 10.9.0.1/24 dev outside
        ip -6 addr add 2001:db8:9:1::1/64 dev outside nodad
        ip addr add \(vip)/32 dev lo
        ip -6 addr add \(vip6)/128 dev lo nodad
        ip route add default via 10.9.0.254
        ip -6 route add default via 2001:db8:9:1::fe
        """

    let ruleset: Ruleset
    let plan: SandboxPlan
    let services: [Service]

    init(_ filter: String, settings: [String: String] = [:], network: String = Director.network) throws {
        (ruleset, plan) = try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", network + "\n" + filter])
            guard outcome.status == 0 else { throw Failed(description: outcome.errors) }
            let kernel = LiveKernel()
            var sysctls = Sysctls()
            sysctls.values = settings
            let ruleset = try Ruleset(reading: kernel)
            let network = try NetworkConfiguration(reading: kernel)
            let legacyTables = LegacyTable.all(in: kernel).tables
            let sets = IPSet.used(by: ruleset, legacyTables, in: kernel).sets
            return (
                ruleset,
                SandboxPlan(
                    ruleset: ruleset, legacyTables: legacyTables, sets: sets, network: network, sysctls: sysctls)
            )
        }
        // The real servers are nobody here.
        services = try [(Self.vip, "10.9.0.3"), (Self.vip6, "2001:db8:9:1::3")].map { text, server in
            guard let address = IPAddress(text), let server = IPAddress(server) else { throw Failed(description: text) }
            var service = Service(.address(.tcp, Endpoint(address, 80)))
            service.destinations = [Destination(Endpoint(server, 80), .dr)]
            return service
        }
    }

    func trial() throws -> Trial { try Trial(of: services, in: plan) }
}

extension ServiceTrial {
    /// `SYN NEW passed`, a line a packet.
    var lines: [String] {
        [opening.map { "opening \($0.words)" }].compactMap(\.self)
            + outcomes.map { "\($0.probe.packet) \($0.probe.icmpCode) \($0.outcome.words)" }
    }
}

extension ProbeOutcome {
    var words: String {
        let state = ctstate?.name ?? "-"
        return switch end {
        case .passed(let hook): "\(state) \(hook)"
        case .dropped(let rule): "\(state) dropped \(rule)"
        case .lost: "\(state) lost"
        case .unknown(let why): "\(state) \(why)"
        }
    }
}
