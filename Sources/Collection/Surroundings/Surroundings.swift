import IPVS
import Inspection
import Netlink
import Routing

/// What a director's packets meet besides its tables: settings, counters, the network it is in.
package struct Surroundings: Sendable {
    /// Nil if the kernel refused.
    package let network: NetworkConfiguration?
    package let sysctls: Sysctls
    package let losses: [Loss]

    /// Settings of each interface are read of so many, `all` and `default` among them.
    package static let mostInterfaces = 200

    /// For each interface, below `net.ipv4.conf` and `net.ipv6.conf`. The kernel combines those of an interface with those of `all`
    /// (Documentation/networking/ip-sysctl.rst).
    private static let ofInterfaces: [(folder: String, names: [String])] = [
        (
            "net.ipv4.conf",
            [
                "accept_local", "arp_announce", "arp_filter", "arp_ignore", "forwarding", "log_martians",
                "route_localnet", "rp_filter", "send_redirects", "src_valid_mark",
            ]
        ),
        ("net.ipv6.conf", ["accept_ra", "disable_ipv6", "forwarding"]),
    ]

    private static let ofHost = [
        "net.ipv4.icmp_msgs_per_sec", "net.ipv4.icmp_ratelimit", "net.ipv4.icmp_ratemask", "net.ipv4.ip_forward",
        "net.ipv4.ip_no_pmtu_disc",
    ]

    /// Counters, raw sockets, the helpers of IPVS, the host's memory and modules, how long sockets wait for an idle peer: for checks, for
    /// `fleet`, and for whoever looks into a capture.
    private static let files = [
        "proc/net/snmp", "proc/net/snmp6", "proc/net/netstat", "proc/net/raw", "proc/net/raw6", "proc/net/ip_vs_app",
        "proc/meminfo",
        "proc/modules", KernelFile(sysctl: Sysctls.keepaliveTime).path,
    ]

    /// Reads all of it. Blocks for milliseconds, or longer with hundreds of interfaces; needs no privilege.
    package init(reading source: any KernelSource) {
        var losses: [Loss] = []
        do throws(KernelError) {
            let network = try NetworkConfiguration(reading: source)
            losses += network.gaps.map { Loss($0.what, $0.words) }
            self.network = network
        } catch {
            network = nil
            losses.append(Loss("the links, addresses and routes", error.description))
        }
        var names = Self.ofHost
        for (folder, settings) in Self.ofInterfaces {
            let (interfaces, loss) = Self.interfaces(folder, source)
            losses += loss
            names += interfaces.flatMap { interface in settings.map { "\(folder).\(interface).\($0)" } }
        }
        sysctls = Sysctls(named: names, from: source)
        losses += sysctls.losses
        self.losses = losses
    }

    /// Reads the files that only a capture keeps.
    ///
    /// - Returns: what could not be read.
    static func recordFiles(of source: any KernelSource) -> [Loss] {
        files.compactMap { file in
            do throws(KernelError) { _ = try source.bytes(of: KernelFile(file), atMost: 1 << 20) } catch {
                if error.cause != .absent { return Loss("/" + file, error.description) }
            }
            return nil
        }
    }

    /// As they are called in a sysctl's name.
    private static func interfaces(_ folder: String, _ source: any KernelSource) -> ([String], [Loss]) {
        do throws(KernelError) {
            let found = try source.list(KernelFile(sysctl: folder))
            let names = ["all", "default"].filter(found.contains) + found.filter { $0 != "all" && $0 != "default" }
            let chosen = names.prefix(mostInterfaces).map(\.inSettingName)
            let isCut = names.count > chosen.count
            return (
                chosen, isCut ? [Loss(folder, "those of \(chosen.count) of \(names.count) interfaces were read")] : []
            )
        } catch {
            return ([], error.cause == .absent ? [] : [Loss(folder, error.description)])
        }
    }

    /// Whether many a kernel lacks this file, so that its absence is not worth mentioning: of these, the lists of iptables-legacy's
    /// tables, and the size of IPVS's.
    package static func mayLack(_ path: String) -> Bool {
        (files + ["proc/net/ip_tables_names", "proc/net/ip6_tables_names", Director.tableStatusFile.path]).contains(
            path)
            || (ofInterfaces.map(\.folder) + ofHost).contains { path.hasPrefix(KernelFile(sysctl: $0).path) }
    }
}

extension NetworkConfiguration.Gap {
    var words: String {
        switch why {
        case .keptChanging: "it changed each time it was read (NLM_F_DUMP_INTR), or answers were lost (ENOBUFS)"
        case .unusable(let messages): messages.description
        case .only(let count): "there are more than the \(count) that were read"
        }
    }
}
