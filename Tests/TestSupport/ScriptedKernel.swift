import Addresses
import Netlink

/// A kernel that gives the answers prepared by a test, and records its requests.
package final class ScriptedKernel: KernelSource {
    /// Not from a real kernel: the same in every run.
    package var origin = Origin(
        takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
        networkNamespace: nil)
    /// Requests over netlink, in order.
    package private(set) var requests: [Request] = []
    /// Files requested, in order.
    package private(set) var filesRead: [String] = []

    private let sequence: UInt32
    private var answers: [[[UInt8]]]
    private let files: [String: [[UInt8]]]
    private var readings: [String: [[UInt8]]]

    /// - Parameter answers: the datagrams of each answer, in the order of the requests.
    /// - Parameter sequence: the sequence number of the messages in them when they answer the request.
    /// - Parameter files: the pieces in which each file is read; any other is absent.
    /// - Parameter readings: instead, the content of a file at each reading; the last one is repeated.
    package init(
        answers: [[[UInt8]]] = [], sequence: UInt32 = 1, files: [String: [[UInt8]]] = [:],
        readings: [String: [[UInt8]]] = [:]
    ) {
        self.answers = answers
        self.sequence = sequence
        self.files = files
        self.readings = readings
    }

    /// Gives the next scripted answer.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        requests.append(request)
        guard !answers.isEmpty else { throw KernelError(request.purpose, .failed, detail: "not in the script") }
        for datagram in answers.removeFirst() where try receive(datagram.span.bytes, sequence) == .done { return }
        throw KernelError(request.purpose, .failed, detail: "the script ends before the answer does")
    }

    /// Gives the next reading of the file, or else its pieces; any other file is absent.
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

    /// Every directory is absent.
    package func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        throw KernelError("list /\(folder.path)", .absent)
    }
}
