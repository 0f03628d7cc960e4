import Conntrack
import Foundation
import Inspection
import Netlink
import Reports
import TestSupport
import Testing

@testable import CTInspectCommand

@Suite("A dump during which the table changes")
struct InterruptedDumpTests {
    private static let interrupted: UInt16 = 0x10

    /// An entry with only its original tuple and an id, as one ctnetlink message.
    private static func entry(_ id: UInt8, flags: UInt16 = 0) -> [UInt8] {
        var message = Request.netfilter("script", subsystem: 1, message: 0, flags: Int32(flags), family: 2)
        message.appendTuple()
        message.append(12, bigEndian: UInt32(id))
        return message.message(sequence: 1)
    }

    private static let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00  00 00 00 00")

    /// One answer whose second message is flagged as interrupted (NLM_F_DUMP_INTR).
    private static let torn = [entry(1), entry(2, flags: interrupted), done]
    private static let whole = [entry(3), entry(4), done]

    private static let buckets = "proc/sys/net/netfilter/nf_conntrack_buckets"

    /// The output, and the error it ends with.
    private static func run(
        _ kernel: ScriptedKernel, _ dump: (EntryDump) throws(KernelError) -> Void
    ) -> (output: String, error: KernelError?) {
        var error: KernelError?
        let output = written { sink in
            let command = EntryDump(kernel, .conntrack, matching: EntryFilter(), to: sink)
            do throws(KernelError) { try dump(command) } catch let thrown { error = thrown }
        }
        return (output, error)
    }

    private static func ids(_ output: String) throws -> [Int] {
        try output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["id"] as? Int)
        }
    }

    @Test("report: the received entries are printed, and the closing error says what to do")
    func report() throws {
        let kernel = ScriptedKernel(answers: [Self.torn, Self.whole])
        let (output, error) = Self.run(kernel) { dump throws(KernelError) in try dump.print(.json, .report) }
        #expect(try Self.ids(output) == [1, 2])
        #expect(kernel.requests.count == 1)
        let thrown = try #require(error)
        #expect(Failure(thrown) == .inputOutput)
        #expect(thrown.description.contains("NLM_F_DUMP_INTR"))
        #expect(thrown.description.contains("--on-interrupt repeat"))
    }

    @Test("A last line of JSON says that it is not all, and why")
    func summary() throws {
        let kernel = ScriptedKernel(answers: [Self.torn, Self.whole])
        let (output, error) = Self.run(kernel) { dump throws(KernelError) in
            try dump.print(.json, .report, summaryLine: true)
        }
        let lines = output.split(separator: "\n")
        #expect(lines.count == 3 && error?.cause == .lost)
        #expect(
            lines.last?.contains(#""entries":2,"complete":false,"losses":[{"what":"the conntrack table","why":""#)
                ?? false)
        #expect(lines.last?.contains("NLM_F_DUMP_INTR") ?? false)
    }

    @Test("repeat: only the dump that completed is printed, once")
    func repeated() throws {
        let kernel = ScriptedKernel(answers: [Self.torn, Self.whole])
        let (output, error) = Self.run(kernel) { dump throws(KernelError) in try dump.print(.json, .repeat) }
        #expect(try Self.ids(output) == [3, 4])
        #expect(error == nil)
        #expect(kernel.requests.count == 2)
    }

    @Test("A table that keeps changing: after three attempts the last dump is printed, with an error at the end")
    func never() throws {
        let kernel = ScriptedKernel(
            answers: [Self.whole, Self.torn, Self.torn, Self.whole], readings: Self.resizing(2))
        let (output, error) = Self.run(kernel) { dump throws(KernelError) in try dump.print(.json, .repeat) }
        #expect(try Self.ids(output) == [1, 2])
        #expect(kernel.requests.count == 3)
        #expect(error?.description.contains("3 times") == true)
    }

    /// The number of buckets changes at the given read.
    private static func resizing(_ reading: Int) -> [String: [[UInt8]]] {
        [buckets: (1...reading).map { Array(($0 == reading ? "512\n" : "256\n").utf8) }]
    }

    @Test("A resized hash table counts as an interruption, although the kernel does not report one")
    func resized() throws {
        let reported = Self.run(ScriptedKernel(answers: [Self.whole], readings: Self.resizing(2))) {
            dump throws(KernelError) in try dump.print(.json, .report)
        }
        #expect(try Self.ids(reported.output) == [3, 4])
        #expect(reported.error?.cause == .lost)
        let kernel = ScriptedKernel(answers: [Self.whole, Self.whole], readings: Self.resizing(2))
        let repeated = Self.run(kernel) { dump throws(KernelError) in try dump.print(.json, .repeat) }
        #expect(try Self.ids(repeated.output) == [3, 4])
        #expect(repeated.error == nil)
        #expect(kernel.filesRead == Array(repeating: Self.buckets, count: 4))
    }

    @Test("Counts start over with each attempt, and their JSON says whether they are complete")
    func counting() throws {
        let again = ScriptedKernel(answers: [Self.torn, Self.whole])
        let counted = Self.run(again) { dump throws(KernelError) in try dump.printCount(asJSON: false) }
        #expect(counted.output == "2\n")
        #expect(counted.error == nil)
        let never = ScriptedKernel(answers: [Self.torn, Self.torn, Self.torn])
        let (output, error) = Self.run(never) { dump throws(KernelError) in try dump.printCount(asJSON: true) }
        #expect(output.contains(#""entries":null,"complete":false"#))
        #expect(error?.cause == .lost)
        let wrong = Self.run(ScriptedKernel(answers: [Self.torn, Self.torn, Self.torn])) {
            dump throws(KernelError) in try dump.printCount(asJSON: false)
        }
        #expect(wrong.output.isEmpty && wrong.error?.cause == .lost)
        let top = try #require(try Top<EntryTally.Subject>(["zone"]))
        let tallied = Self.run(ScriptedKernel(answers: [Self.torn, Self.whole])) { dump throws(KernelError) in
            try dump.printTop(top, .plain, asJSON: true)
        }
        #expect(tallied.output.contains(#""entries":2,"complete":true"#))
        #expect(tallied.output.contains(#"[{"value":"0","entries":2}]"#))
    }
}
