import CNetlink
import Conntrack
import Netlink
import TableSupport
import TestSupport
import Testing

/// A dump long enough to be received ahead, on a separate thread.
@Suite(.needsRoot)
struct LongDumpTests {
    private static let count = 3000

    private static func fill() throws {
        for port in 1...count { try LibraryEntry.tcp(port: UInt16(port)).create() }
    }

    @Test("Every entry is delivered exactly once, in several dumps over the same socket")
    func whole() throws {
        let dumps = try inFreshNamespace {
            try Self.fill()
            let table = Table(LiveKernel())
            return try (0..<3).map { _ in
                var ids: [UInt32] = []
                let answer = try table.dump { entry in if let id = entry.id { ids.append(id) } }
                #expect(answer.messages == ids.count)
                return ids
            }
        }
        for ids in dumps { #expect(Set(ids).count == Self.count && ids.count == Self.count) }
    }

    @Test("Abandoning a dump midway ends its thread, and the next request is answered", arguments: [900, 2000])
    func givenUp(after limit: Int) throws {
        try inFreshNamespace {
            try Self.fill()
            let kernel = LiveKernel()
            let request = Request.netfilter(
                "dump the conntrack table", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_GET.rawValue,
                flags: NLM_F_DUMP)
            for _ in 0..<20 {
                var seen = 0
                #expect(throws: KernelError.self) {
                    _ = try kernel.ask(request) { _, _ throws(DecodeError) in
                        seen += 1
                        if seen == limit { throw DecodeError("entry", "enough", at: 0) }
                    }
                }
                #expect(seen == limit)
            }
            #expect(try kernel.ask(request) { _, _ in }.messages == Self.count)
        }
    }
}
