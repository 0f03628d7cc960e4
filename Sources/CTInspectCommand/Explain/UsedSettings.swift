import Addresses
import Collection
import Conntrack
import Inspection
import Netlink

/// The settings that an answer goes by: as given, else as read, else the kernel's defaults.
struct UsedSettings {
    /// Those read.
    let sysctls: Sysctls
    private let tcpLoose: Row
    private let beLiberal: Row
    private let checksum: Row
    private let ipvsConntrack: Row
    private let sloppyTCP: Row
    private let sloppySCTP: Row
    private let reuseMode: Row
    private let expireNodest: Row
    private let scheduleICMP: Row

    private struct Row {
        let setting: PacketExplanation.Setting
        let isGiven: Bool

        init(_ name: String, _ given: Int?, _ sysctls: Sysctls, byDefault: Int) {
            setting = PacketExplanation.Setting(name, given: given, sysctls, byDefault: byDefault)
            isGiven = given != nil
        }
    }

    init(_ options: SettingOptions, from kernel: any KernelSource) {
        let sysctls = Sysctls(
            named: [
                Sysctls.tcpLoose, Sysctls.tcpBeLiberal, Sysctls.checksum, Sysctls.ipvsConntrack, Sysctls.sloppyTCP,
                Sysctls.sloppySCTP, Sysctls.connReuse, Sysctls.expireNodest, Sysctls.scheduleICMP,
            ], from: kernel)
        func row(_ name: String, _ given: Switch?, byDefault: Int = 0) -> Row {
            Row(name, given.map { $0.isOn ? 1 : 0 }, sysctls, byDefault: byDefault)
        }
        self.sysctls = sysctls
        tcpLoose = row(Sysctls.tcpLoose, options.tcpLoose, byDefault: 1)
        beLiberal = row(Sysctls.tcpBeLiberal, options.beLiberal)
        checksum = row(Sysctls.checksum, nil, byDefault: 1)
        ipvsConntrack = row(Sysctls.ipvsConntrack, options.vsConntrack)
        sloppyTCP = row(Sysctls.sloppyTCP, options.sloppyTCP)
        sloppySCTP = row(Sysctls.sloppySCTP, options.sloppySCTP)
        reuseMode = Row(Sysctls.connReuse, options.connReuseMode, sysctls, byDefault: 1)
        expireNodest = row(Sysctls.expireNodest, options.expireNodestConn)
        scheduleICMP = row(Sysctls.scheduleICMP, options.scheduleICMP)
    }

    func tracking(on kernelRelease: String) -> TrackingConditions {
        TrackingConditions(
            tcpLoose: tcpLoose.setting.isOn, isLiberal: beLiberal.setting.isOn,
            verifiesChecksums: checksum.setting.isOn, ipvsConntrack: ipvsConntrack.setting.isOn,
            leavesRouterDiscovery: TrackingConditions.leavesRouterDiscovery(kernelRelease),
            tracksDCCP: TrackingConditions.tracksDCCP(kernelRelease))
    }

    func scheduling(_ connection: AssumedConnection?, _ destination: AssumedDestination) -> SchedulingConditions {
        var conditions = SchedulingConditions()
        conditions.connection = connection
        conditions.destination = destination
        conditions.sloppyTCP = sloppyTCP.setting.isOn
        conditions.sloppySCTP = sloppySCTP.setting.isOn
        conditions.reuseMode = reuseMode.setting.value
        conditions.expiresNodest = expireNodest.setting.isOn
        conditions.schedulesICMP = scheduleICMP.setting.isOn
        return conditions
    }

    /// Those given, and those that matter to the question.
    func shown(for question: WalkQuestion) -> [PacketExplanation.Setting] {
        let assumed = question.scheduling
        let isTCP = question.packet.protocol == .tcp
        let rows = [
            (tcpLoose, true), (beLiberal, question.flaws.contains(.window)),
            (checksum, question.flaws.contains(.checksum)), (ipvsConntrack, true),
            (sloppyTCP, isTCP && assumed.connection == AssumedConnection.none),
            (sloppySCTP, question.packet.protocol == .sctp),
            (reuseMode, isTCP && assumed.connection != nil && assumed.connection != AssumedConnection.none),
            (expireNodest, assumed.destination != .available),
            (scheduleICMP, question.packet.isError && assumed.connection == AssumedConnection.none),
        ]
        return rows.filter { $0.0.isGiven || $0.1 }.map(\.0.setting)
    }
}
