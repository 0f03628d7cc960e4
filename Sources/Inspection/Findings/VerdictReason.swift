import Conntrack
import IPVS

/// Why a flow has its verdict.
package enum VerdictReason: Hashable, Sendable {
    /// `net.ipv4.vs.conntrack` is 0, or the kernel has no such setting: IPVS untracks packets before they are confirmed.
    case untracked(ForwardingMethod?, hasSetting: Bool)
    /// `net.ipv4.vs.conntrack` is 1, yet there is no entry.
    case unexplained
    /// `net.ipv4.vs.conntrack` could not be read, and why.
    case unknown(String)
    /// An entry that has seen one direction, although `net.ipv4.vs.conntrack` is 0.
    case olderThanSetting
    /// NAT: the answer has not come back yet.
    case unanswered
    /// The answers bypass the director; whether `net.ipv4.vs.conntrack` is known to be 1.
    case answeredElsewhere(isConfirmedBySetting: Bool)
    case oneDirection
    case bothDirections(ForwardingMethod?)
    /// IPVS created the connection before its first packet, whose port it does not know yet (FTP data).
    case expected
    /// The service schedules each packet separately, so IPVS keeps no connection.
    case onePacket
    /// IPVS has no connection for the entry.
    case noConnection

    /// The order of equally frequent reasons.
    var rank: String { "\(self)" }
}

/// Finds reasons from the settings that determine them.
///
/// Source: `ip_vs_send_or_cont` and `ip_vs_nat_send_or_cont` (net/netfilter/ipvs/ip_vs_xmit.c) call `ip_vs_notrack` on every packet of a
/// connection without `IP_VS_CONN_F_NFCT`, which `ip_vs_conn_new` sets if `net.ipv4.vs.conntrack` is 1.
struct VerdictReasons {
    private let setting: Setting

    /// What is known about `net.ipv4.vs.conntrack`.
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
            // Not every kernel shows the directory to network namespaces of another user namespace (ip_vs_control_net_init_sysctl).
            setting = .unknown("\(Sysctls.ipvsFolder) is not shown in this namespace")
        }
    }

    func reason(for verdict: FlowVerdict, _ method: ForwardingMethod?) -> VerdictReason {
        switch verdict {
        case .absent, .never: absent(method)
        case .unreplied: unreplied(method)
        case .tracked: .bothDirections(method)
        case .orphan: .noConnection
        }
    }

    private func absent(_ method: ForwardingMethod?) -> VerdictReason {
        switch setting {
        case .off: .untracked(method, hasSetting: true)
        case .missing: .untracked(method, hasSetting: false)
        case .on: .unexplained
        case .unknown(let why): .unknown(why)
        }
    }

    private func unreplied(_ method: ForwardingMethod?) -> VerdictReason {
        if case .off = setting { return .olderThanSetting }
        guard let method else { return .oneDirection }
        if method == .nat { return .unanswered }
        guard method.answersBypassDirector else { return .oneDirection }
        if case .on = setting { return .answeredElsewhere(isConfirmedBySetting: true) }
        return .answeredElsewhere(isConfirmedBySetting: false)
    }

    func orphan(of service: Service?) -> VerdictReason {
        service?.flags.contains(.onePacket) == true ? .onePacket : .noConnection
    }

    func reason(for kind: FlowTally.Kind) -> VerdictReason {
        if kind.isExpected { return .expected }
        if kind.isOnePacket { return .onePacket }
        return reason(for: kind.verdict, kind.method)
    }
}
