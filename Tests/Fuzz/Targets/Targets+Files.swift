import Addresses
import Conntrack
import Inspection
import Reports
import Terminal

@testable import BPF
@testable import CTInspectCommand
@testable import Collection
@testable import Firewall
@testable import IPVS
@testable import Netlink

extension FuzzTarget {
    /// Text: of /proc, and of files that people write.
    static let files = [
        FuzzTarget("proc", longest: 1024, proc),
        FuzzTarget("settings", longest: 512, settings),
        FuzzTarget("labels", longest: 256, labels),
    ]

    /// Every reader of /proc, each as if the input were its file.
    @Sendable private static func proc(_ bytes: [UInt8]) {
        let kernel = FuzzedKernel(anyFile: bytes)
        _ = HostFacts(reading: kernel)
        _ = HostCounters.reading(kernel)
        _ = OutsideCounters(kernel).growth
        _ = LegacyTables.read(from: kernel)
        _ = ConnectionTableStatus.read(from: kernel).doubt(ofRows: 1, then: .keepsItsSize)
        _ = try? KernelSymbols.addresses(of: ["ip_vs_conn_tab", "ip_vs_conn_tab_bits"], in: kernel)
        let sysctls = Sysctls(ofFlowsIn: kernel)
        Printed.text(sysctls.losses.map { $0.text(.plain) })
        for service in (try? Director.listedServices(in: kernel)) ?? [] { Printed.text([service.description]) }
        if let statistics = try? TableStatistics(reading: kernel) {
            Printed.text(statistics.text(since: nil, verbose: false, .plain, width: 100))
            Printed.json { statistics.writeJSON(since: nil, verbose: true, to: $0) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = KernelVersion(release: text)
        if let moment = Moment(rfc3339: text) {
            Finding.require(Moment(rfc3339: moment.rfc3339) != nil, "a time is no time when it is read again")
        }
    }

    /// Settings are the same when they are written and read again.
    @Sendable private static func settings(_ bytes: [UInt8]) {
        do throws(SettingsDocument.Damage) {
            let settings = try SettingsDocument.settings(in: bytes)
            guard let written = try? SettingsDocument(settings).bytes else { Finding.report("they cannot be written") }
            let again = try SettingsDocument.settings(in: written)
            Finding.require(again == settings, "settings are others when they are read again")
        } catch { Printed.text([error.description]) }
    }

    @Sendable private static func labels(_ bytes: [UInt8]) {
        guard let names = LabelNames(String(decoding: bytes, as: UTF8.self)) else { return }
        Printed.text(names.all)
        for name in names.all { Finding.require(names.bit(named: name) != nil, "a label has no bit") }
    }
}
