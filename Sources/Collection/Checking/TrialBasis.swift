import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

/// What decides about the trial of a packet filter, as far as it can be read in a moment: a trial is made again once it changes.
///
/// The tables of iptables-legacy, the elements of ipset's sets, and files that other files include are not among it.
struct TrialBasis: Equatable {
    private let generation: UInt32?
    private let services: [Tried]
    private let daemons: [Daemon]
    private let settings: [[String: String]]
    private let links: [Int32: String]
    private let addresses: [InterfaceAddress]
    private let routes: [Routing.Route]
    private let rules: [PolicyRule]
    /// Of the files that load rules.
    private let files: [String: [Int]]

    private struct Tried: Equatable {
        let identity: Service.Identity
        let methods: [ForwardingMethod]
        let destinations: [Endpoint]
    }

    /// Settings that decide about ctstates, beside those of the network.
    private static let names = [
        Sysctls.ipvsConntrack, Sysctls.tcpLoose, "net.netfilter.nf_conntrack_tcp_be_liberal",
        "net.netfilter.nf_conntrack_checksum", "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst",
    ]

    /// What cannot be read counts as unchanged: the trial says what it lacks.
    init(of director: CheckedDirector, reading source: any KernelSource) {
        let (facts, surroundings) = (director.facts, director.surroundings)
        files = FilterFiles.stamps(source)
        generation = try? Ruleset.generation(of: source)
        services = (facts.services.value ?? []).map { service in
            Tried(
                identity: service.identity,
                methods: service.destinations.map(\.method), destinations: service.destinations.map(\.endpoint))
        }
        settings = [
            facts.sysctls.values.filter { Self.names.contains($0.key) }, surroundings?.sysctls.values ?? [:],
        ]
        let network = surroundings?.network ?? NetworkConfiguration()
        links = Dictionary(network.links.filter { $0.flags.contains(.up) }.map { ($0.index, $0.name) }) { first, _ in
            first
        }
        daemons = facts.configuration.value?.daemons ?? []
        // Virtual addresses move between directors.
        (addresses, routes, rules) = (network.addresses, network.routes, network.rules)
    }
}
