import Addresses
import Netlink
import TableSupport
import TestSupport

/// A director whose services are simulated, as this kernel may have no IPVS, and whose packet filter and network are this kernel's, in the
/// namespace of the calling thread.
final class FilteredDirector: KernelSource {
    let origin = Origin.here(networkNamespace: nil)
    private let live = LiveKernel()
    private let simulated = SimulatedDirector()
    /// What was asked for by netlink, and the files read, in order.
    private(set) var asked: [String] = []

    static let vip = Endpoint(IPAddress(ipv4: 0x0A09_0964), 80)

    /// A director's link and addresses, and a filter that drops INVALID.
    static let trap = """
        ip link set lo up
        ip link add outside index 40 type veth peer name far
        ip link set outside up; ip link set far up
        ip addr add 10.9.0.1/24 dev outside
        ip addr add 10.9.9.100/32 dev lo
        ip route add default via 10.9.0.254
        nft add table inet filter '{ chain input { type filter hook input priority 0; policy drop; }; }'
        nft add rule inet filter input ct state established,related accept
        nft add rule inet filter input ct state invalid drop
        nft add rule inet filter input tcp dport 80 accept
        """

    static let fix = "nft insert rule inet filter input ip daddr 10.9.9.100 ct state invalid accept"

    init() {
        let server = Endpoint(IPAddress(ipv4: 0x0A09_0003), 80)
        simulated.services = [SimulatedService(.tcp, Self.vip, [SimulatedDestination(server, method: 3)])]
        simulated.files = ["proc/sys/net/ipv4/vs/conntrack": "0"]
    }

    func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        asked.append(request.purpose)
        if request.bus == .generic {
            try simulated.exchange(request, receive)
        } else {
            try live.exchange(request, receive)
        }
    }

    func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        asked.append(file.path)
        return file.path.hasPrefix("proc/sys/net/ipv4/vs/") || file.path.hasPrefix("proc/net/ip_vs")
            ? try simulated.read(file, within: bound, receive) : try live.read(file, within: bound, receive)
    }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        folder.path == "proc/sys/net/ipv4/vs" ? try simulated.list(folder) : try live.list(folder)
    }

    static func run(_ script: String) throws {
        let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
        guard outcome.status == 0 else { throw SystemFailure(outcome.errors, errno: outcome.status) }
    }
}
