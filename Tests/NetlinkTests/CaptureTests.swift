import Foundation
import Netlink
import TestSupport
import Testing

struct CaptureTests {
    @Test func isAPlainFolder() throws {
        try inTemporaryFolder { path in
            let unread = try CaptureSample.write(into: path)
            #expect(
                try files(below: path) == [
                    "CRC32SUMS", "manifest.json", "netlink.pcap", "proc/net/stat/nf_conntrack",
                    "proc/net/stat/nf_conntrack.2",
                ])
            #expect(
                try String(contentsOfFile: "\(path)/proc/net/stat/nf_conntrack", encoding: .utf8) == "first reading\n")
            #expect(unread.count == 1)
            #expect(unread.first?.hasPrefix("proc/net/ip_vs_conn: ") == true)
        }
    }

    @Test func givesTheAnswersInTheirOrder() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let kernel = try CapturedKernel(path)
            #expect(try kernel.ask(CaptureSample.dump) { _, _ in }.messages == 2)
            #expect(try kernel.ask(CaptureSample.dump) { _, _ in }.messages == 3)
            let again = try CapturedKernel(path)
            #expect(try again.ask(CaptureSample.dump) { _, _ in }.messages == 2)
        }
    }

    @Test func aQuestionAskedMoreOftenGetsTheLastAnswer() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let file = "\(path)/proc/net/stat/nf_conntrack.2"
            try change(file) { $0 = Array("second reading\n".utf8) }
            let kernel = try CapturedKernel(path, verifying: false)
            let readings = try (1...4).map { _ in try kernel.text(of: CaptureSample.file) }
            #expect(readings == ["first reading", "second reading", "second reading", "second reading"])
            let counts = try (1...4).map { _ in try kernel.ask(CaptureSample.dump) { _, _ in }.messages }
            #expect(counts == [2, 3, 3, 3])
        }
    }

    @Test func givesErrorsAsTheKernelGaveThem() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let kernel = try CapturedKernel(path)
            let forbidden = #expect(throws: KernelError.self) { try kernel.ask(CaptureSample.refused) { _, _ in } }
            #expect(forbidden?.cause == .forbidden)
            #expect(forbidden?.description.contains("needs CAP_NET_ADMIN") == true)
            let absent = #expect(throws: KernelError.self) { try kernel.text(of: CaptureSample.absent) }
            #expect(absent?.asked == "read /proc/net/ip_vs_conn")
        }
    }

    @Test func whatWasNotAskedIsNoAnswer() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let kernel = try CapturedKernel(path)
            let other = Request(.netfilter, "dump something else", type: 0x102, flags: 0x300)
            let question = #expect(throws: KernelError.self) { try kernel.ask(other) { _, _ in } }
            #expect(question?.cause == .failed)
            #expect(question?.detail == "the capture has no answer to this")
            let file = #expect(throws: KernelError.self) { try kernel.text(of: KernelFile("proc/net/other")) }
            #expect(file?.cause == .failed)
            #expect(file?.detail == "the capture does not contain it")
        }
    }

    @Test func originIsThatOfTheKernel() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            #expect(try CapturedKernel(path).origin == ScriptedKernel().origin)
        }
    }

    @Test func neverOverwrites() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let error = #expect(throws: KernelError.self) { try CaptureSample.write(into: path) }
            #expect(error?.nextStep == "give a directory that does not exist yet")
            #expect(CaptureSample.refusal(path) == nil)
        }
    }

    @Test func anUnfinishedCaptureIsDamaged() throws {
        try inTemporaryFolder { path in
            let recording = try RecordingKernel(ScriptedKernel(), into: path, tool: "ct-inspect tests")
            #expect(recording.unread == [])
            #expect(CaptureSample.refusal(path)?.cause == .damaged)
        }
    }

    @Test func aFileThatWasCutIsCutAgain() throws {
        try inTemporaryFolder { path in
            let recording = try RecordingKernel(LiveKernel(), into: path, tool: "ct-inspect tests")
            let file = KernelFile("proc/kallsyms")
            let cut = try recording.read(file, within: .zero) { _ in }
            try recording.finish()
            #expect(cut != .whole)
            #expect(try CapturedKernel(path).read(file, within: .seconds(10)) { _ in } == cut)
        }
    }
}
