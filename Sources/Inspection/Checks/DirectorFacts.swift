import Addresses
import Conntrack
import IPVS

/// What was read of a director, for its checks. A check of something else adds a fact here, and the `Need` that names it.
package struct DirectorFacts: Equatable, Sendable {
    package var origin: Origin
    /// With their destinations.
    package var services: Fact<[Service]>
    package var configuration: Fact<Director.Configuration>
    /// Those of IPVS and of conntrack.
    package var sysctls: Sysctls
    package var table: Fact<TableStatistics>
    package var host: HostFacts
    package var network: Fact<NetworkFacts>
    package var counters: Fact<HostCounters>
    /// What was counted earlier; nil if the director was read once.
    package var window: Window?
    /// What the packet filter did in the sandbox.
    package var trial: Fact<Trial>
    /// What its rules say.
    package var rules: Fact<RuleFacts> = .unreadable("the packet filter was not read")
    /// The interfaces, of those that are up, that merge packets as they receive them (large receive offload).
    package var mergedReceiving: Fact<Set<String>> = .unreadable("the interfaces were not asked")
    /// Those of IPVS, as they are now; read only where they are compared with earlier ones.
    package var sample: Fact<ConnectionSample> = .absent("they are read with --for only")
    /// What was given in files; nil if all of it is the director's.
    package var given: GivenFiles?

    package init(
        _ origin: Origin, services: Fact<[Service]>, configuration: Fact<Director.Configuration>, sysctls: Sysctls,
        table: Fact<TableStatistics>, host: HostFacts, network: Fact<NetworkFacts>, counters: Fact<HostCounters>,
        trial: Fact<Trial> = .unreadable("the packet filter was not tried")
    ) {
        self.origin = origin
        self.services = services
        self.configuration = configuration
        self.sysctls = sysctls
        self.table = table
        self.host = host
        self.network = network
        self.counters = counters
        self.trial = trial
    }

    /// The services as far as they are known.
    var knownServices: [Service] { services.value ?? [] }

    /// Nil if the release does not begin with two numbers.
    var kernelVersion: KernelVersion? { KernelVersion(release: origin.kernelRelease) }
}

/// What is read of the host that neither IPVS nor conntrack says.
package struct HostFacts: Equatable, Sendable {
    /// The names of the loaded modules; what is built in is not among them.
    package var modules: Fact<Set<String>>
    package var forwarding: Fact<Forwarding>
    package var memory: Fact<Memory>

    package init(
        modules: Fact<Set<String>>, forwarding: Fact<Forwarding>,
        memory: Fact<Memory> = .unreadable("the memory was not read")
    ) {
        (self.modules, self.forwarding, self.memory) = (modules, forwarding, memory)
    }

    /// What the kernel itself counts as available when it decides about IPVS's defenses: neither the page cache nor swap
    /// (`update_defense_level`, net/netfilter/ipvs/ip_vs_ctl.c).
    package struct Memory: Equatable, Sendable {
        /// In KiB: `MemFree` and `Buffers` of /proc/meminfo.
        package var available: UInt64

        package init(available: UInt64) { self.available = available }

        /// /proc does not say how long they are.
        private static let page: UInt64 = 4

        var pages: UInt64 { available / Self.page }
    }

    /// Whether this network namespace routes packets.
    package struct Forwarding: Equatable, Sendable {
        /// `net.ipv4.ip_forward`
        package var ipv4: Bool
        /// `net.ipv6.conf.all.forwarding`; nil without IPv6.
        package var ipv6: Bool?
        /// Interfaces with a `net.ipv4.conf.*.forwarding` of their own that is not 0.
        package var interfaces: Set<String>

        package init(ipv4: Bool, ipv6: Bool? = nil, interfaces: Set<String> = []) {
            self.ipv4 = ipv4
            self.ipv6 = ipv6
            self.interfaces = interfaces
        }
    }
}
