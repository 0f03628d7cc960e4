import Conntrack
import IPVS

/// A setting that is worth knowing about while it is on, or off: nothing has to be done, but something is not shown, or happens otherwise than
/// one may expect. What it changes, and where in the kernel: `SettingEffects` (Sources/Reports/Findings).
struct UnusualSetting: Sendable {
    let id: Finding.ID
    let title: String
    /// In full.
    let name: String
    /// Whether it is reported while it is not 0, or while it is.
    let isReportedOn: Bool
    /// What to set it to; nil where nothing is wrong with it.
    var remedy: Int?
    /// The services it is about; nil if it is not about services.
    var concerns: (@Sendable (Service) -> Bool)?
    /// Nil: the services it is about.
    var subject: Finding.Subject?

    var check: Check {
        Check(id, .info, title, needs: [.sysctl(name)], concerns: concerns) { facts in
            guard let value = facts.sysctls.number(name), (value != 0) == isReportedOn else { return [] }
            let setting = Remedy.Setting(name, value)
            let services = subject == nil ? facts.knownServices.filter { concerns?($0) ?? false }.map(\.identity) : []
            var evidence = [Finding.Evidence(name.lastWordOfSetting, value)]
            if subject == nil { evidence.append(.init("services", services.count)) }
            return [
                Finding(
                    id, .info, subject ?? services.subject, evidence,
                    context: .named(.init(services: services, settings: [setting])),
                    remedy.map { [.set([.init(name, $0)])] } ?? [])
            ]
        }
    }

    // MARK: All of them

    static let ofIPVS = [
        UnusualSetting(
            id: .estimationOff, title: "IPVS estimates no rates", name: Sysctls.runEstimation, isReportedOn: false,
            remedy: 1, concerns: { _ in true }, subject: .director),
        UnusualSetting(
            id: .natICMP, title: "NAT real servers are not told that a connection is gone", name: Sysctls.natICMPSend,
            isReportedOn: false, remedy: 1, concerns: { $0.hasMethod { $0 == .nat } }),
        UnusualSetting(
            id: .scheduleICMP, title: "ICMP errors about unknown connections are not passed on",
            name: Sysctls.scheduleICMP, isReportedOn: false, concerns: { $0.hasMethod(\.answersBypassDirector) }),
    ]

    static let ofConntrack = [
        UnusualSetting(
            id: .eventsOff, title: "conntrack sends no events, so that nothing can be proven by watching",
            name: Sysctls.conntrackEvents, isReportedOn: false, remedy: 1, subject: .table),
        UnusualSetting(
            id: .accountingOff, title: "conntrack counts no packets and bytes", name: Sysctls.accounting,
            isReportedOn: false, remedy: 1, subject: .table),
        UnusualSetting(
            id: .timestampsOff, title: "conntrack does not remember when a connection began", name: Sysctls.timestamps,
            isReportedOn: false, remedy: 1, subject: .table),
        UnusualSetting(
            id: .checksumsOff, title: "conntrack does not look at checksums", name: Sysctls.checksum,
            isReportedOn: false, remedy: 1, subject: .table),
        UnusualSetting(
            id: .liberal, title: "segments outside the window are not INVALID", name: Sysctls.tcpBeLiberal,
            isReportedOn: true, subject: .table),
        UnusualSetting(
            id: .invalidResets, title: "RSTs outside the window are not INVALID", name: Sysctls.ignoreInvalidResets,
            isReportedOn: true, subject: .table),
        UnusualSetting(
            id: .logInvalid, title: "conntrack logs packets that are INVALID", name: Sysctls.logInvalid,
            isReportedOn: true, remedy: 0, subject: .table),
    ]
}

extension String {
    /// `net.netfilter.nf_conntrack_acct`: `acct`
    fileprivate var lastWordOfSetting: String {
        let last = split(separator: ".").last ?? ""
        let prefix = "nf_conntrack_"
        return String(last.hasPrefix(prefix) ? last.dropFirst(prefix.count) : last)
    }
}
