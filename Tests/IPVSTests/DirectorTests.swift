import Addresses
import CNetlink
import Netlink
import TestSupport
import Testing

@testable import IPVS

struct DirectorTests {
    /// Requesting the family would load the module, so no such request may be sent.
    @Test(
        "Without IPVS no netlink request is sent",
        arguments: [
            (nil, "modprobe ip_vs"),
            ("kernel/net/netfilter/ipvs/ip_vs.ko: kernel/lib/libcrc32c.ko", "modprobe ip_vs"),
            ("kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/lib/libcrc32c.ko.xz", "modprobe ip_vs"),
            ("kernel/net/netfilter/nf_conntrack.ko:", "CONFIG_IP_VS"),
        ] as [(String?, String)])
    func absence(modules: String?, nextStep: String) {
        let files = modules.map { ["lib/modules/6.1.0/modules.dep": [Array("\($0)\n".utf8)]] } ?? [:]
        let kernel = ScriptedKernel(files: files)
        let error = #expect(throws: KernelError.self) { try Director(kernel) }
        #expect(error?.cause == .absent)
        #expect(error?.nextStep?.contains(nextStep) == true)
        #expect(kernel.requests == [])
        #expect(kernel.filesRead.first == "proc/net/ip_vs_stats")
    }

    /// The lab tests kernels that have it.
    static let isHere = (try? LiveKernel().text(of: KernelFile("proc/net/ip_vs_stats"))) != nil

    @Test(.disabled(if: isHere, "this kernel has IPVS")) func aLiveKernelWithoutItSaysWhatToDo() {
        let error = #expect(throws: KernelError.self) { try Director(LiveKernel()) }
        #expect(error?.cause == .absent)
        #expect(error?.description.hasPrefix("cannot find IPVS: ") == true)
        #expect(
            error?.nextStep?.contains("modprobe ip_vs") == true || error?.nextStep?.contains("CONFIG_IP_VS") == true)
    }

    @Test func theListOfConnectionsMayBeAbsent() {
        let error = #expect(throws: KernelError.self) {
            try Director.connections(from: ScriptedKernel()) { _ in }
        }
        #expect(error?.cause == .absent)
    }

    @Test func connectionsAreStreamed() throws {
        let text = Array(DirectorSample.mixed.file.utf8)
        let pieces = stride(from: 0, to: text.count, by: 100).map { Array(text[$0..<min($0 + 100, text.count)]) }
        let kernel = ScriptedKernel(files: ["proc/net/ip_vs_conn": pieces])
        var found: [Connection] = []
        #expect(try Director.connections(from: kernel) { found += $0 } == .whole)
        #expect(found == (try ConnectionParserTests.parse(DirectorSample.mixed.file)))
    }

    @Test func aDamagedListOfConnectionsSaysWhere() {
        let kernel = ScriptedKernel(files: ["proc/net/ip_vs_conn": [Array((DirectorSample.title + "TCP\n").utf8)]])
        let error = #expect(throws: KernelError.self) { try Director.connections(from: kernel) { _ in } }
        #expect(error?.cause == .damaged)
        #expect(error?.description.contains("row 2 of proc/net/ip_vs_conn") == true)
    }

    /// As `ip_vs_status_show` prints it (net/netfilter/ipvs/ip_vs_ctl.c, 2026).
    private static func status(_ connections: Int, _ buckets: Int) -> [UInt8] {
        Array(
            "Conns:\t\(connections)\nConn buckets:\t\(buckets) (12 bits, lfactor -2)\nConn buckets empty:\t0 (0%)\n"
                .utf8)
    }

    private static func listing(_ rows: Int) -> [UInt8] {
        let row = "TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 60\n"
        return Array((DirectorSample.title + String(repeating: row, count: rows)).utf8)
    }

    @Test("A listing during which the kernel resized its table is read again, and never counts as whole")
    func resized() throws {
        func read(_ statuses: [[UInt8]], _ listings: [Int]) throws -> (Int, Completeness, Int) {
            let kernel = ScriptedKernel(readings: [
                "proc/net/ip_vs_conn": listings.map(Self.listing), "proc/net/ip_vs_status": statuses,
            ])
            var found = 0
            let completeness = try Director.connections(from: kernel) {
                found = 0
            } _: {
                found += $0.count
            }
            return (found, completeness, kernel.filesRead.count { $0 == "proc/net/ip_vs_conn" })
        }
        let (small, large) = (Self.status(200, 4096), Self.status(200, 8192))
        #expect(try read([small], [200]) == (200, .whole, 1))
        #expect(try read([small, large], [120, 200]) == (200, .whole, 2))
        // Some ended meanwhile, others began.
        #expect(try read([Self.status(60, 4096)], [55]) == (55, .whole, 1))
        #expect(try read([small, Self.status(150, 4096)], [149]) == (149, .whole, 1))
        let (found, unfinished, times) = try read([small], [120])
        #expect(found == 120 && times == 3)
        #expect(unfinished == .cut("IPVS has 200 of them, and listed 120: its table may have been resized meanwhile"))
        let (_, restless, _) = try read([small, large, small, large], [200])
        #expect(
            restless == .cut("IPVS's table was resized from 4096 to 8192 buckets, which ends a listing early"))
        guard case .cut = try read([Array("Connections: 3\n".utf8)], [200]).1 else {
            Issue.record("a file of other lines says nothing")
            return
        }
    }

    @Test func destinationsAreAskedForByTheServicesIdentity() throws {
        let service = try IPVSAnswers.service { message in
            message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
            message.short(IPVS_SVC_ATTR_PROTOCOL, 6)
            message.address(IPVS_SVC_ATTR_ADDR, [10, 0, 0, 100])
            message.short(IPVS_SVC_ATTR_PORT, UInt16(80).bigEndian)
        }
        let kernel = try IPVSAnswers.kernel(then: [[service, IPVSAnswers.done()], [IPVSAnswers.done()]])
        #expect(try Director(kernel).services().services.count == 1)
        let expected = try LibraryMessage.build(
            type: IPVSAnswers.family, flags: NLM_F_REQUEST | NLM_F_DUMP, extra: [UInt8(IPVS_CMD_GET_DEST), 1, 0, 0]
        ) { message in
            message.nest(IPVS_CMD_ATTR_SERVICE) {
                message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
                message.short(IPVS_SVC_ATTR_PROTOCOL, 6)
                message.address(IPVS_SVC_ATTR_ADDR, [10, 0, 0, 100])
                message.short(IPVS_SVC_ATTR_PORT, UInt16(80).bigEndian)
            }
        }
        #expect(kernel.requests.last?.message(sequence: 1) == expected)
    }

    @Test func anInterruptedListingSaysSo() throws {
        let done = try LibraryMessage.build(
            type: UInt16(NLMSG_DONE), flags: NLM_F_MULTI | NLM_F_DUMP_INTR, extra: [0, 0, 0, 0])
        #expect(try Director(IPVSAnswers.kernel(then: [[done]])).services().interrupted)
        #expect(try !Director(IPVSAnswers.kernel(then: [[IPVSAnswers.done()]])).services().interrupted)
    }

    @Test func versionAndTimeouts() throws {
        let info = try IPVSAnswers.message(IPVS_CMD_SET_INFO) { message in
            message.word(IPVS_INFO_ATTR_VERSION, 0x010201)
            message.word(IPVS_INFO_ATTR_CONN_TAB_SIZE, 4096)
        }
        let configuration = try IPVSAnswers.message(IPVS_CMD_SET_CONFIG) { message in
            message.word(IPVS_CMD_ATTR_TIMEOUT_TCP, 900)
            message.word(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, 120)
            message.word(IPVS_CMD_ATTR_TIMEOUT_UDP, 300)
        }
        let end = try IPVSAnswers.acknowledgement()
        let director = try Director(IPVSAnswers.kernel(then: [[info, end], [configuration, end]]))
        #expect(try director.info().version == 0x010201)
        let timeouts = try director.timeouts()
        #expect([timeouts.tcp, timeouts.tcpFin, timeouts.udp] == [900, 120, 300])
    }

    @Test func daemons() throws {
        let daemon = try IPVSAnswers.message(IPVS_CMD_NEW_DAEMON) { message in
            message.nest(IPVS_CMD_ATTR_DAEMON) {
                message.word(IPVS_DAEMON_ATTR_STATE, UInt32(IP_VS_STATE_MASTER))
                message.text(IPVS_DAEMON_ATTR_MCAST_IFN, "eth0")
                message.word(IPVS_DAEMON_ATTR_SYNC_ID, 7)
            }
        }
        let backup = try IPVSAnswers.message(IPVS_CMD_NEW_DAEMON) { message in
            message.nest(IPVS_CMD_ATTR_DAEMON) {
                message.word(IPVS_DAEMON_ATTR_STATE, UInt32(IP_VS_STATE_BACKUP))
                message.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP, [224, 0, 0, 82])
                message.short(IPVS_DAEMON_ATTR_SYNC_MAXLEN, 1472)
                message.short(IPVS_DAEMON_ATTR_MCAST_PORT, 8849)
            }
        }
        let kernel = try IPVSAnswers.kernel(then: [[daemon, backup, IPVSAnswers.done()]])
        let daemons = try Director(kernel).daemons()
        #expect(daemons.map(\.isMaster) == [true, false] && daemons.map(\.isBackup) == [false, true])
        #expect(daemons.map(\.interface) == ["eth0", ""])
        #expect(daemons.map(\.syncID) == [7, 0] && daemons.map(\.mostBytes) == [nil, 1472])
        #expect(daemons.map(\.group) == [nil, IPAddress("224.0.0.82")] && daemons.map(\.port) == [8848, 8849])
    }

    @Test func withoutCapabilitiesTheServicesAreForbidden() throws {
        let refusal = try LibraryMessage.build(
            type: UInt16(NLMSG_ERROR), flags: NLM_F_CAPPED,
            extra: [0xFF, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0] + [UInt8](repeating: 0, count: 12))
        let director = try Director(IPVSAnswers.kernel(then: [[refusal]]))
        let error = #expect(throws: KernelError.self) { try director.services() }
        #expect(error?.cause == .forbidden)
        #expect(error?.description.contains("CAP_NET_ADMIN") == true)
    }
}
