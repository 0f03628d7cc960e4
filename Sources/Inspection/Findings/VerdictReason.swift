import Conntrack
import IPVS

/// Why a flow has its verdict.
package enum VerdictReason: Hashable, Sendable {
    /// IPVS untracks packets before they are confirmed.
    case untracked(ForwardingMethod?, by: Untracking)
    /// IPVS leaves its packets to conntrack, yet there is no entry. Either its own flag says so, or `net.ipv4.vs.conntrack`, which may have
    /// been 0 when it was made.
    case unexplained(by: Evidence)
    /// IPVS learned it from another director, and no packet of it has come here since.
    case synchronized
    /// `net.ipv4.vs.conntrack` could not be read, and why.
    case unknown(String)
    /// An entry that has seen one direction, although IPVS untracks its packets.
    case unexpected(by: Evidence)
    /// NAT: the answer has not come back yet.
    case unanswered
    /// The answers bypass the director; by what the first packet is known to have been confirmed.
    case answeredElsewhere(confirmedBy: Evidence?)
    case oneDirection
    case bothDirections(ForwardingMethod?)
    /// IPVS created the connection before its first packet, whose port it does not know yet (FTP data).
    case expected
    /// The service schedules each packet separately, so IPVS keeps no connection.
    case onePacket
    /// An entry of a NAT service that expects the VIP's own answers: IPVS did not make it.
    case untranslated
    /// IPVS has no connection for the entry.
    case noConnection

    /// What shows whether IPVS leaves a connection's packets to conntrack.
    package enum Evidence: Sendable {
        /// `net.ipv4.vs.conntrack`.
        case setting
        /// `IP_VS_CONN_F_NFCT` of the connection, whatever the setting is now.
        case flag
    }

    /// Why IPVS untracks packets.
    package enum Untracking: Sendable {
        case setting
        /// The kernel was built without `CONFIG_IP_VS_NFCT`.
        case missingSetting
        /// As in `Evidence`.
        case flag
    }

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

    /// - Parameter nfct: whether the connection has `IP_VS_CONN_F_NFCT`; nil if not known.
    func reason(for verdict: FlowVerdict, _ method: ForwardingMethod?, nfct: Bool?) -> VerdictReason {
        switch verdict {
        case .absent, .never: absent(method, nfct)
        case .unreplied: unreplied(method, nfct)
        case .tracked: .bothDirections(method)
        case .orphan: .noConnection
        case .synced: .synchronized
        }
    }

    private func absent(_ method: ForwardingMethod?, _ nfct: Bool?) -> VerdictReason {
        switch (nfct, setting) {
        case (false, .off), (nil, .off): .untracked(method, by: .setting)
        case (false, .missing), (nil, .missing): .untracked(method, by: .missingSetting)
        case (false, _): .untracked(method, by: .flag)
        case (true, _): .unexplained(by: .flag)
        case (nil, .on): .unexplained(by: .setting)
        case (nil, .unknown(let why)): .unknown(why)
        }
    }

    private func unreplied(_ method: ForwardingMethod?, _ nfct: Bool?) -> VerdictReason {
        var isConfirmed = false
        switch (nfct, setting) {
        case (nil, .off): return .unexpected(by: .setting)
        case (false, _): return .unexpected(by: .flag)
        case (_, .on): isConfirmed = true
        default: break
        }
        guard let method else { return .oneDirection }
        if method == .nat { return .unanswered }
        guard method.answersBypassDirector else { return .oneDirection }
        return .answeredElsewhere(confirmedBy: isConfirmed ? .setting : nfct == true ? .flag : nil)
    }

    func orphan(of service: Service?) -> VerdictReason {
        service?.flags.contains(.onePacket) == true ? .onePacket : .noConnection
    }

    func reason(for kind: FlowTally.Kind) -> VerdictReason {
        if kind.isExpected { return .expected }
        if kind.isUntranslated { return .untranslated }
        if kind.isOnePacket { return .onePacket }
        return reason(for: kind.verdict, kind.method, nfct: kind.nfct)
    }
}
