import Conntrack
import IPVS

/// Why a flow is where it is, told from the settings that decide.
///
/// Source: `ip_vs_send_or_cont` and `ip_vs_nat_send_or_cont` (net/netfilter/ipvs/ip_vs_xmit.c) call `ip_vs_notrack` on every packet
/// of a connection that has not `IP_VS_CONN_F_NFCT`, which `ip_vs_conn_new` sets when `net.ipv4.vs.conntrack` is 1.
struct VerdictReasons {
    private let setting: Setting
    /// A million flows have a handful of reasons between them.
    private var known: [Case: String] = [:]

    /// What a reason depends on, besides the setting.
    private struct Case: Hashable {
        var verdict: Verdict
        var method: ForwardingMethod?
    }

    /// What is known of `net.ipv4.vs.conntrack`.
    private enum Setting {
        case off, on
        /// The kernel was built without `CONFIG_IP_VS_NFCT`.
        case missing
        case unknown(String)
    }

    init(_ sysctls: Sysctls) {
        let name = Sysctls.ipvsConntrack
        if let number = sysctls.number(name) {
            setting = number == 0 ? .off : .on
        } else if let why = sysctls.unreadable[name] ?? sysctls.unreadable[Sysctls.ipvsFolder] {
            setting = .unknown(why)
        } else if sysctls.values.keys.contains(where: { $0.hasPrefix(Sysctls.ipvsFolder + ".") }) {
            setting = .missing
        } else {
            // Namespaces of another user namespace are not shown the folder by every kernel (ip_vs_control_net_init_sysctl).
            setting = .unknown("\(Sysctls.ipvsFolder) is not shown in this namespace")
        }
    }

    /// Of a connection without a client port.
    static let expected = "IPVS waits for this connection's first packet, as a helper told it to (FTP data)"

    mutating func reason(for verdict: Verdict, _ method: ForwardingMethod?) -> String {
        let flow = Case(verdict: verdict, method: method)
        if let reason = known[flow] { return reason }
        let reason = reason(of: flow)
        known[flow] = reason
        return reason
    }

    private func reason(of flow: Case) -> String {
        switch flow.verdict {
        case .absent, .never: absent(flow.method)
        case .unreplied: unreplied(flow)
        case .tracked: tracked(flow.method)
        case .orphan: orphan(of: nil)
        }
    }

    private func absent(_ method: ForwardingMethod?) -> String {
        let packets = method.map { "\($0.description.uppercased()) packets" } ?? "packets"
        switch setting {
        case .off:
            return "net.ipv4.vs.conntrack=0: IPVS untracks \(packets) before they are confirmed"
        case .missing:
            return
                "this kernel has no net.ipv4.vs.conntrack (CONFIG_IP_VS_NFCT): IPVS untracks \(packets) before they are confirmed"
        case .on:
            return
                "net.ipv4.vs.conntrack=1, and yet there is no entry: the connection is older than the setting, its entry has expired, "
                + "or its packets are not tracked (a notrack rule, or no rule here that uses the ctstate)"
        case .unknown(let why):
            return "net.ipv4.vs.conntrack could not be read (\(why)), so the reason is not known"
        }
    }

    private func unreplied(_ flow: Case) -> String {
        if case .off = setting {
            return
                "an entry with one direction, although net.ipv4.vs.conntrack=0: it was made before that was set, or not by IPVS"
        }
        switch flow.method {
        case .nat?:
            return "the real server's answer has not come back through the director"
        case .dr?, .tun?:
            let confirmed =
                if case .on = setting {
                    "net.ipv4.vs.conntrack=1 lets the first packet be confirmed"
                } else {
                    "the first packet was confirmed"
                }
            return confirmed
                + ", but the real server answers the client directly, so the director sees one direction"
        default:
            return "one direction was seen only"
        }
    }

    private func tracked(_ method: ForwardingMethod?) -> String {
        method == .nat
            ? "both directions pass the director" : "both directions were seen: the answers pass this host too"
    }

    func orphan(of service: Service?) -> String {
        if service?.flags.contains(.onePacket) == true {
            return "the service schedules each packet (one-packet): IPVS keeps no connection"
        }
        return "IPVS has no connection to it: that has expired, or the entry was not made by IPVS"
    }
}
