import Addresses
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("Tables of iptables-legacy")
struct LegacyTablesTests {
    @Test func areThoseThatTheKernelNames() {
        let kernel = ScriptedKernel(files: ["proc/net/ip_tables_names": [Array("nat\nfilter\n".utf8)]])
        #expect(LegacyTables.read(from: kernel) == LegacyTables(ipv4: .tables(["nat", "filter"]), ipv6: .none))
    }

    @Test func anEmptyFileIsNone() {
        let kernel = ScriptedKernel(files: ["proc/net/ip6_tables_names": [[]]])
        #expect(LegacyTables.read(from: kernel) == LegacyTables(ipv4: .none, ipv6: .none))
    }

    @Test func whoMayNotReadDoesNotKnow() {
        let error = KernelError("read", .forbidden)
        let tables = LegacyTables.read(from: RefusingKernel(error))
        #expect(tables == LegacyTables(ipv4: .unknown(error), ipv6: .unknown(error)))
    }
}

/// A kernel that allows no reads.
private final class RefusingKernel: KernelSource {
    let origin = Origin(takenAt: Moment(nanoseconds: 0), host: "", kernelRelease: "", networkNamespace: nil)
    private let error: KernelError

    init(_ error: KernelError) { self.error = error }

    func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) { throw error }

    func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness { throw error }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] { throw error }
}
