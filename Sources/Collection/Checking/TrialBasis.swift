import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

/// What decides about the trial of a packet filter, as far as it can be read in a moment: a trial is made again once it changes.
///
/// Routes, the settings of single interfaces and the tables of iptables-legacy are not among it.
struct TrialBasis: Equatable {
    private let generation: UInt32?
    private let services: [Tried]
    private let settings: [String: String]
    private let forwarding: HostFacts.Forwarding?
    private let addresses: Set<IPAddress>
    private let links: [Int32: String]

    private struct Tried: Equatable {
        let identity: Service.Identity
        let isBypassing: Bool
    }

    /// Settings that decide about ctstates.
    private static let names = [
        Sysctls.ipvsConntrack, Sysctls.tcpLoose, "net.netfilter.nf_conntrack_tcp_be_liberal",
        "net.netfilter.nf_conntrack_checksum", "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst",
    ]

    /// What cannot be read counts as unchanged: the trial says what it lacks.
    init(of facts: DirectorFacts, reading source: any KernelSource) {
        generation = try? Ruleset.generation(of: source)
        services = (facts.services.value ?? []).map { service in
            Tried(
                identity: service.identity,
                isBypassing: service.destinations.contains { $0.method.answersBypassDirector })
        }
        settings = facts.sysctls.values.filter { Self.names.contains($0.key) }
        forwarding = facts.host.forwarding.value
        // Virtual addresses move between directors.
        addresses = Set((try? InterfaceAddress.all(in: source))?.map(\.address) ?? [])
        links = Dictionary(
            ((try? Link.all(in: source)) ?? []).filter { $0.flags.contains(.up) }.map { ($0.index, $0.name) }
        ) { first, _ in first }
    }
}
