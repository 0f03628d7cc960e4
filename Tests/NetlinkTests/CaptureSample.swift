import Netlink
import TestSupport

/// A capture of a scripted kernel: two dumps, a refusal, a file read twice, an absent file.
enum CaptureSample {
    static let dump = AnswerTests.request
    static let refused = Request(.generic, "list the services", type: 0x1C, flags: 0x300)
    static let file = KernelFile("proc/net/stat/nf_conntrack")
    static let absent = KernelFile("proc/net/ip_vs_conn")
    static let sequence: UInt32 = 1

    private static let forbidden = hexadecimal(
        """
        24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00  # NLMSG_ERROR, NLM_F_CAPPED
        ff ff ff ff                                          # -EPERM
        14 00 00 00  1c 00  01 03  01 00 00 00  00 00 00 00
        """)

    /// Writes the capture to `path`, which must be empty, and returns what was recorded as unread.
    @discardableResult
    static func write(into path: String) throws -> [String] {
        let (entry, done) = (AnswerTests.entry, AnswerTests.done)
        let source = ScriptedKernel(
            answers: [[entry + entry, done], [forbidden], [entry, entry, entry, done]], sequence: sequence,
            files: [file.path: [Array("first".utf8), Array(" reading\n".utf8)]])
        let recording = try RecordingKernel(source, into: path, tool: "ct-inspect tests")
        _ = try recording.ask(dump) { _, _ in }
        _ = try? recording.ask(refused) { _, _ in }
        _ = try recording.ask(dump) { _, _ in }
        _ = try recording.text(of: file)
        _ = try recording.text(of: file)
        _ = try? recording.text(of: absent)
        try recording.finish()
        return recording.unread
    }

    /// Reads everything in a damaged capture, which may fail only with errors.
    static func readAll(_ path: String, verifying: Bool) throws(KernelError) {
        let kernel = try CapturedKernel(path, verifying: verifying)
        _ = try kernel.ask(dump) { _, _ in }
        _ = try kernel.text(of: file)
    }

    /// The error when opening it.
    static func refusal(_ path: String, verifying: Bool = true) -> KernelError? {
        do throws(KernelError) {
            try readAll(path, verifying: verifying)
            return nil
        } catch { return error }
    }
}
