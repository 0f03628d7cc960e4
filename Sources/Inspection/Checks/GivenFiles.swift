/// Files that were checked in place of what a director has: a change before it is deployed.
package struct GivenFiles: Equatable, Sendable {
    /// In place of the packet filter, in the order in which they were loaded; empty if the director's was checked.
    package var rulesets: [Ruleset] = []
    /// The file in place of the services of IPVS; nil if the director's were checked.
    package var services: String?
    /// Whether no director was read, nor a capture of one.
    package var areAll = false
    /// Settings that were taken to be as the kernel makes them, as nothing says otherwise.
    package var assumedSettings: [Remedy.Setting] = []
    /// The one link that was taken for the director's network; nil if that was read.
    package var assumedLink: String?

    package init() {}

    package struct Ruleset: Equatable, Sendable {
        package var file: String
        /// `nft`, `iptables` or `ip6tables`: whose format it has.
        package var format: String

        package init(_ file: String, format: String) { (self.file, self.format) = (file, format) }
    }

    /// Those that decide what the packet filter does, as a new network namespace has them: `ip_vs_control_net_init_sysctl`
    /// (net/netfilter/ipvs/ip_vs_ctl.c), `nf_conntrack_tcp_init_net` (net/netfilter/nf_conntrack_proto_tcp.c).
    package static let usualSettings = [Remedy.Setting(Sysctls.ipvsConntrack, 0), Remedy.Setting(Sysctls.tcpLoose, 1)]
    /// Why a check of anything else is not made.
    package static let nothingElse = "only rules and services were given"
}

extension GivenFiles {
    /// Why files do not meet a need, which is no failure of theirs.
    func lack(of need: Need) -> Lack? {
        switch need {
        case .sysctl, .kernelVersion: areAll ? Lack(Self.nothingElse, isAbsence: true) : nil
        case .connectionCounts:
            services == nil ? nil : Lack("services in a file have no connections", isAbsence: true)
        default: nil
        }
    }
}
