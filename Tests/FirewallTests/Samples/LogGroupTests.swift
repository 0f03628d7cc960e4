import Netlink
import SystemPackage
import Testing

@testable import Firewall

@Suite("Finding a free NFLOG group")
struct LogGroupTests {
    /// The kernel's answers for a group held by another socket, by this one, and lost in a race.
    @Test(arguments: [Errno.notPermitted, .resourceBusy, .fileExists]) func passesOverTakenOnes(_ answer: Errno) throws
    {
        var asked: [UInt16] = []
        let found = try LogGroup.search([8, 9, 10, 11]) { group throws(KernelError) in
            asked.append(group)
            if group < 10 { throw KernelError("bind", answer) }
        } isForbidden: {
            false
        }
        #expect(found == 10)
        #expect(asked == [8, 9, 10])
    }

    @Test func saysWhenAllAreTaken() {
        let error = refusal(by: .notPermitted, isForbidden: false)
        #expect(error?.cause == .failed)
        #expect(
            error?.description
                == "cannot sample packets with NFLOG: all 3 groups tried are in use by other programs: "
                + "/proc/net/netfilter/nfnetlink_log lists the groups in use")
    }

    @Test func saysWhenTheModuleIsMissing() {
        let error = refusal(by: .invalidArgument, isForbidden: false)
        #expect(error?.cause == .absent)
        #expect(error?.nextStep == "modprobe nfnetlink_log, or use a kernel with CONFIG_NETFILTER_NETLINK_LOG")
    }

    @Test func tellsForbiddenFromTaken() { #expect(refusal(by: .notPermitted, isForbidden: true)?.cause == .forbidden) }

    @Test func handsOnWhatElseTheKernelSays() {
        #expect(refusal(by: .noMemory, isForbidden: false)?.errno == .noMemory)
    }

    private func refusal(by errno: Errno, isForbidden: Bool) -> KernelError? {
        do throws(KernelError) {
            _ = try LogGroup.search([1, 2, 3]) { _ throws(KernelError) in
                throw KernelError(LogGroup.purpose, errno)
            } isForbidden: {
                isForbidden
            }
            return nil
        } catch {
            return error
        }
    }
}
