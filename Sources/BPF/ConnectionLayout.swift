import Glibc
import Netlink

/// Where the members of a connection are in this kernel: `struct ip_vs_conn` and what it points to (include/net/ip_vs.h), from its BTF.
struct ConnectionLayout {
    /// Bytes of an `ip_vs_conn`.
    let size: Int
    /// By member.
    private let offsets: [Int]
    let netOffset: Int
    let inodeOffset: Int
    let engineNameOffset: Int

    enum Member: Int, CaseIterable {
        case node, clientPort, destinationPort, virtualPort, family, client, virtual, destination, flags, `protocol`
        case destinationFamily, ipvs, timer, timeout, state, firewallMark, controller, bound, packets
        case engine, engineData, engineDataLength

        /// The kernel's names.
        private static let names = [
            "c_list", "cport", "dport", "vport", "af", "caddr", "vaddr", "daddr", "flags", "protocol", "daf", "ipvs",
            "timer", "timeout", "state", "fwmark", "control", "dest", "in_pkts", "pe", "pe_data", "pe_data_len",
        ]

        var name: String { Self.names[rawValue] }

        /// Bytes that are read of it.
        var width: Int {
            switch self {
            case .client, .virtual, .destination, .node: 16
            case .timer, .ipvs, .timeout, .controller, .bound, .engine, .engineData: 8
            case .flags, .firewallMark, .packets: 4
            case .engineDataLength: 1
            default: 2
            }
        }
    }

    subscript(member: Member) -> Int { offsets[member.rawValue] }

    /// - Throws: `.absent` naming the type or member that this kernel lacks, or has elsewhere than can be copied.
    init(_ kernel: TypeInformation, _ module: TypeInformation?, copying most: Int) throws(KernelError) {
        let own: Set<String> = ["ip_vs_conn", "netns_ipvs", "ip_vs_pe"]
        var types = module?.structures(own) ?? [:]
        let wanted = own.subtracting(types.keys).union(["net", "ns_common", "timer_list"])
        types.merge(kernel.structures(wanted)) { first, _ in first }

        func structure(_ name: String) throws(KernelError) -> TypeInformation.Structure {
            guard let found = types[name] else { throw Self.lacking("no struct \(name)") }
            return found
        }
        func offset(_ member: String, of name: String) throws(KernelError) -> Int {
            guard let offset = try structure(name).offsets[member] else {
                throw Self.lacking("struct \(name) has no member \(member)")
            }
            return offset
        }
        size = try structure("ip_vs_conn").size
        var offsets: [Int] = []
        for member in Member.allCases {
            var place = try offset(member.name, of: "ip_vs_conn")
            if member == .timer { place += try offset("expires", of: "timer_list") }
            guard place + member.width <= min(most, size) else {
                throw Self.lacking(
                    "struct ip_vs_conn has \(member.name) at \(place), beyond the \(min(most, size)) bytes that are copied"
                )
            }
            offsets.append(place)
        }
        self.offsets = offsets
        netOffset = try offset("net", of: "netns_ipvs")
        inodeOffset = try offset("ns", of: "net") + offset("inum", of: "ns_common")
        engineNameOffset = try offset("name", of: "ip_vs_pe")
    }

    private static func lacking(_ what: String) -> KernelError {
        KernelError(ConnectionWalk.purpose, .absent, detail: "this kernel's BTF: \(what)")
    }
}
