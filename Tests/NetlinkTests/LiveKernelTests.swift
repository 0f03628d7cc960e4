import Addresses
import CNetlink
import Foundation
import Netlink
import TestSupport
import Testing

struct LiveKernelTests {
    @Test func theControllerOfGenericNetlinkIsAFamily() throws {
        let family = try GenericFamily("nlctrl", from: LiveKernel())
        #expect(family.name == "nlctrl")
        #expect(CInt(family.id) == GENL_ID_CTRL)
        #expect(family.version > 0)
    }

    @Test func anUnknownFamilyIsAbsent() {
        let error = #expect(throws: KernelError.self) { try GenericFamily("ct-inspect-none", from: LiveKernel()) }
        #expect(error?.cause == .absent)
        #expect(
            error?.description
                == "cannot look up the generic netlink family ct-inspect-none: No such file or directory")
    }

    @Test func theKernelsOwnWordsAreInTheError() {
        // A family's name has at most 15 bytes (GENL_NAMSIZ).
        let name = String(repeating: "x", count: 40)
        let error = #expect(throws: KernelError.self) { try GenericFamily(name, from: LiveKernel()) }
        #expect(error?.detail == "Attribute failed policy validation")
        #expect(error?.description.contains("Invalid argument: Attribute failed policy validation") == true)
    }

    @Test func anErrorLeavesNothingBehindForTheNextQuestion() throws {
        let kernel = LiveKernel()
        for _ in 0..<3 {
            #expect(throws: KernelError.self) { try GenericFamily("ct-inspect-none", from: kernel) }
            #expect(try GenericFamily("nlctrl", from: kernel).name == "nlctrl")
        }
    }

    @Test(.needsRoot) func aReceiverThatThrowsLeavesNothingBehind() throws {
        try inFreshNamespace {
            try Tool.run("conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 60")
            let kernel = LiveKernel()
            #expect(throws: KernelError.self) {
                _ = try kernel.ask(conntrackDump) { _, _ throws(DecodeError) in throw DecodeError("entry", "no", at: 0)
                }
            }
            #expect(try kernel.ask(conntrackDump) { _, _ in }.messages == 1)
        }
    }

    @Test(.needsRoot) func withoutCapabilitiesTheTableIsForbidden() throws {
        let error = try inFreshNamespace {
            try dropCapabilities()
            return #expect(throws: KernelError.self) { try LiveKernel().ask(conntrackDump) { _, _ in } }
        }
        #expect(error?.cause == .forbidden)
        #expect(
            error?.description
                == "cannot dump the conntrack table: Operation not permitted: needs CAP_NET_ADMIN: run with sudo")
    }

    @Test func aFileThatIsNotThereIsAbsent() {
        let error = #expect(throws: KernelError.self) { try LiveKernel().text(of: KernelFile("proc/net/no_such_file")) }
        #expect(error?.cause == .absent)
        #expect(error?.description == "cannot read /proc/net/no_such_file: No such file or directory")
    }

    @Test func aFileIsReadToItsEnd() throws {
        let kernel = LiveKernel()
        let expected = try String(contentsOfFile: "/proc/sys/kernel/ostype", encoding: .utf8)
        #expect(try kernel.text(of: KernelFile(sysctl: "kernel.ostype")) + "\n" == expected)
        // Longer than one read.
        var count = 0
        let completeness = try kernel.read(KernelFile("proc/kallsyms"), within: .seconds(30)) { count += $0.byteCount }
        #expect(completeness == .whole)
        #expect(count > 1 << 20)
    }

    @Test func aReadingOutOfTimeIsCut() throws {
        let completeness = try LiveKernel().read(KernelFile("proc/kallsyms"), within: .zero) { _ in }
        #expect(completeness == .cut("reading /proc/kallsyms was stopped after 0 s"))
    }

    @Test(.needsRoot) func filesAreThoseOfTheThreadsNamespace() throws {
        let devices = try inFreshNamespace { try LiveKernel().text(of: KernelFile("proc/net/dev")) }
        // Two header rows, and the loopback device.
        #expect(devices.split(separator: "\n").count == 3)
        let limit = KernelFile(sysctl: "net.netfilter.nf_conntrack_acct")
        let values = try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=1")
            return try LiveKernel().text(of: limit)
        }
        #expect(values == "1")
    }

    @Test func listsAFolder() throws {
        let kernel = LiveKernel()
        #expect(try kernel.list(KernelFile("proc/sys/kernel")).contains("ostype"))
        let error = #expect(throws: KernelError.self) { try kernel.list(KernelFile("proc/sys/none")) }
        #expect(error?.cause == .absent)
    }

    @Test func originIsThisHost() throws {
        let origin = LiveKernel(networkNamespace: "lb").origin
        #expect(origin.kernelRelease == (try Tool.run("uname -r")).trimmingCharacters(in: .newlines))
        #expect(origin.networkNamespace == "lb")
        let takenAt = Date(timeIntervalSince1970: Double(origin.takenAt.nanoseconds) / 1e9)
        #expect(abs(takenAt.timeIntervalSinceNow) < 60)
    }
}

/// A dump of the conntrack table, all families.
let conntrackDump = Request.netfilter(
    "dump the conntrack table", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_GET.rawValue, flags: NLM_F_DUMP
)
