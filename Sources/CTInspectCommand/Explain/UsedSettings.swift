import Addresses
import Collection
import Conntrack
import Inspection
import Netlink

/// The settings that an answer goes by: as given, else as read, else the kernel's defaults.
struct UsedSettings {
    /// Those read.
    let sysctls: Sysctls
    private let tcpLoose: PacketExplanation.Setting
    private let beLiberal: PacketExplanation.Setting
    private let checksum: PacketExplanation.Setting
    private let ipvsConntrack: PacketExplanation.Setting
    private let sloppyTCP: PacketExplanation.Setting
    private let sloppySCTP: PacketExplanation.Setting
    private let reuseMode: PacketExplanation.Setting
    private let expireNodest: PacketExplanation.Setting
    private let scheduleICMP: PacketExplanation.Setting

    init(_ options: SettingOptions, from kernel: any KernelSource) {
        let sysctls = Sysctls(
            named: [
                Sysctls.tcpLoose, Sysctls.tcpBeLiberal, Sysctls.checksum, Sysctls.ipvsConntrack, Sysctls.sloppyTCP,
                Sysctls.sloppySCTP, Sysctls.connReuse, Sysctls.expireNodest, Sysctls.scheduleICMP,
            ], from: kernel)
        func row(_ name: String, _ given: Switch?, byDefault: Int = 0) -> PacketExplanation.Setting {
            PacketExplanation.Setting(name, given: given.map { $0.isOn ? 1 : 0 }, sysctls, byDefault: byDefault)
        }
        self.sysctls = sysctls
        tcpLoose = row(Sysctls.tcpLoose, options.tcpLoose, byDefault: 1)
        beLiberal = row(Sysctls.tcpBeLiberal, options.beLiberal)
        checksum = row(Sysctls.checksum, nil, byDefault: 1)
        ipvsConntrack = row(Sysctls.ipvsConntrack, options.vsConntrack)
        sloppyTCP = row(Sysctls.sloppyTCP, options.sloppyTCP)
        sloppySCTP = row(Sysctls.sloppySCTP, options.sloppySCTP)
        reuseMode = PacketExplanation.Setting(
            Sysctls.connReuse, given: options.connReuseMode, sysctls, byDefault: 1)
        expireNodest = row(Sysctls.expireNodest, options.expireNodestConn)
        scheduleICMP = row(Sysctls.scheduleICMP, options.scheduleICMP)
    }

    func tracking(on kernelRelease: String) -> TrackingConditions {
        TrackingConditions(
            tcpLoose: tcpLoose.isOn, isLiberal: beLiberal.isOn,
            verifiesChecksums: checksum.isOn, ipvsConntrack: ipvsConntrack.isOn,
            leavesRouterDiscovery: TrackingConditions.leavesRouterDiscovery(kernelRelease),
            tracksDCCP: TrackingConditions.tracksDCCP(kernelRelease))
    }

    func scheduling(_ connection: AssumedConnection?, _ destination: AssumedDestination) -> SchedulingConditions {
        var conditions = SchedulingConditions()
        conditions.connection = connection
        conditions.destination = destination
        conditions.sloppyTCP = sloppyTCP.isOn
        conditions.sloppySCTP = sloppySCTP.isOn
        conditions.reuseMode = reuseMode.value
        conditions.expiresNodest = expireNodest.isOn
        conditions.schedulesICMP = scheduleICMP.isOn
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
        return rows.filter { $0.0.origin == .given || $0.1 }.map(\.0)
    }
}
