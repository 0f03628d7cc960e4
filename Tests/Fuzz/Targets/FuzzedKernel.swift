import Addresses
import Netlink

/// A kernel whose answers are the input: netlink messages one after the other, of which each request gets those up to the next end of an
/// answer (NLMSG_DONE or NLMSG_ERROR). What comes after the last has an empty answer.
final class FuzzedKernel: KernelSource {
    let origin = Origin(
        takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
        networkNamespace: nil)

    private static let sequence: UInt32 = 1
    private static let done: [UInt8] = [16, 0, 0, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    private static let isEnd: Set<UInt16> = [2, 3]

    private var answers: ArraySlice<[UInt8]> = []
    private let files: [String: [UInt8]]
    /// Instead of the files: what each of them has.
    private let anyFile: [UInt8]?

    init(answers bytes: [UInt8], files: [String: [UInt8]] = [:]) {
        self.files = files
        anyFile = nil
        answers = Self.split(bytes)[...]
    }

    init(anyFile content: [UInt8]) { (files, anyFile) = ([:], content) }

    func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let answer = answers.popFirst() ?? Self.done
        if try receive(answer.span.bytes, Self.sequence) == .more {
            _ = try receive(Self.done.span.bytes, Self.sequence)
        }
    }

    func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        guard let content = anyFile ?? files[file.path] else { throw KernelError("read /\(file.path)", .absent) }
        receive(content.span.bytes)
        return .whole
    }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        guard anyFile != nil else { throw KernelError("list /\(folder.path)", .absent) }
        return ["eth0"]
    }

    /// With the sequence number that the requests have; what is no message goes with the last answer as it is.
    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var answers: [[UInt8]] = []
        var bytes = bytes
        var (begin, offset) = (0, 0)
        while bytes.count - offset >= 16 {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) }
            guard length >= 16, length <= bytes.count - offset else { break }
            bytes.replaceSubrange(offset + 8..<offset + 12, with: [1, 0, 0, 0])
            let type = UInt16(bytes[offset + 4]) | UInt16(bytes[offset + 5]) << 8
            offset = min(bytes.count, offset + (length + 3) & ~3)
            if isEnd.contains(type) {
                answers.append(Array(bytes[begin..<offset]))
                begin = offset
            }
        }
        if begin < bytes.count { answers.append(Array(bytes[begin...])) }
        return answers
    }
}
