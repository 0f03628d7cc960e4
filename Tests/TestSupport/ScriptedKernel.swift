import Addresses
import Netlink

/// A kernel that says what a test has written down, and remembers what it was asked.
package final class ScriptedKernel: KernelSource {
    /// Of no kernel: the same in every run.
    package let origin = Origin(
        takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
        networkNamespace: nil)
    /// What was asked over netlink, in order.
    package private(set) var requests: [Request] = []
    /// Files that were asked for, in order.
    package private(set) var filesRead: [String] = []

    private let sequence: UInt32
    private var answers: [[[UInt8]]]
    private let files: [String: [[UInt8]]]
    private var readings: [String: [[UInt8]]]

    /// - Parameter answers: the datagrams of each answer, in the order of the questions.
    /// - Parameter sequence: what the messages in them carry when they answer the question.
    /// - Parameter files: the pieces in which each file is read; any other is absent.
    /// - Parameter readings: what of a file each reading gives, instead; the last one is given again.
    package init(
        answers: [[[UInt8]]] = [], sequence: UInt32 = 1, files: [String: [[UInt8]]] = [:],
        readings: [String: [[UInt8]]] = [:]
    ) {
        self.answers = answers
        self.sequence = sequence
        self.files = files
        self.readings = readings
    }

    /// Gives the next answer of the script.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        requests.append(request)
        guard !answers.isEmpty else { throw KernelError(request.purpose, .failed, detail: "not in the script") }
        for datagram in answers.removeFirst() where try receive(datagram.span.bytes, sequence) == .done { return }
        throw KernelError(request.purpose, .failed, detail: "the script ends before the answer does")
    }

    /// Gives the next of the readings of a file, else its pieces; any other file is absent.
    package func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        filesRead.append(file.path)
        if var left = readings[file.path], let next = left.first {
            receive(next.span.bytes)
            if left.count > 1 { left.removeFirst() }
            readings[file.path] = left
            return .whole
        }
        guard let pieces = files[file.path] else { throw KernelError("read /\(file.path)", .absent) }
        for piece in pieces { receive(piece.span.bytes) }
        return .whole
    }

    /// A folder is absent, whichever it is.
    package func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        throw KernelError("list /\(folder.path)", .absent)
    }
}
