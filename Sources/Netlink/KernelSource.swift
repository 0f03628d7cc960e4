import Addresses

/// A file that the kernel makes, by its path below the root: `proc/net/ip_vs_conn`, `proc/sys/net/ipv4/vs/conntrack`.
package struct KernelFile: Hashable, Sendable, CustomStringConvertible {
    /// Below the root, without a `/` before it.
    package let path: String

    /// A file by its path, without a `/` before it.
    package init(_ path: String) { self.path = path }

    /// The file behind a sysctl: `net.ipv4.vs.conntrack`.
    package init(sysctl name: String) {
        self.init("proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }))
    }

    /// The path.
    package var description: String { path }
}

/// Whether a reading came to its end.
package enum Completeness: Equatable, Sendable {
    case whole
    /// It was stopped: why, in words.
    case cut(String)
}

/// The one boundary through which everything passes that the kernel says: netlink answers as raw bytes,
/// files of /proc as raw text. The live kernel is one implementation, a capture of it the other.
///
/// A source belongs to one thread. Each call blocks until its answer is whole, with a bound on every wait.
package protocol KernelSource: AnyObject {
    var origin: Origin { get }

    /// Whether a dump may be asked for with conditions. A capture holds the answer to the question for all, and none to others.
    var filters: Bool { get }

    /// Sends a request and hands over each datagram of the answer, until `receive` returns `.done` or throws.
    ///
    /// - Parameter receive: gets a datagram, borrowed for the call, and the sequence number that its messages carry
    ///   when they answer this request.
    /// - Throws: `.absent` when the kernel has no such bus, `.lost` when the socket overran, `.failed`, or `.damaged`
    ///   when a capture is; and whatever `receive` throws. What the kernel itself refuses comes as a datagram.
    func exchange(_ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception) throws(KernelError)

    /// Reads a file from its beginning, a piece at a time.
    ///
    /// - Parameter bound: how long this may take; after that the reading is cut, and says so.
    /// - Throws: `.absent` when there is no such file, `.forbidden` when it may not be read.
    func read(_ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void) throws(KernelError)
        -> Completeness

    /// Names of the files in a folder, sorted.
    func list(_ folder: KernelFile) throws(KernelError) -> [String]
}

/// What the receiver of a datagram says: whether the answer goes on.
package enum Reception: Sendable { case more, done }

extension KernelSource {
    /// True: only a capture cannot.
    package var filters: Bool { true }

    /// A small text file as a whole, without its last newline.
    ///
    /// - Parameter most: how many bytes it may have; one with more is not the file that was meant.
    /// - Throws: besides what `read` throws: `.damaged` when it is longer, `.failed` when its reading was cut.
    package func text(of file: KernelFile, atMost most: Int = 1 << 20) throws(KernelError) -> String {
        var bytes: [UInt8] = []
        var isTooLong = false
        let completeness = try read(file, within: .seconds(10)) { piece in
            isTooLong = isTooLong || piece.byteCount > most - bytes.count
            if !isTooLong { bytes += piece.copy(0..<piece.byteCount) }
        }
        if isTooLong {
            throw KernelError(
                "read /\(file.path)", .damaged, detail: "it has more than \(most) bytes",
                nextStep: "look at it: it is not what ct-inspect takes it for")
        }
        if case .cut(let why) = completeness {
            throw KernelError("read /\(file.path)", .failed, detail: why, nextStep: "try again")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
