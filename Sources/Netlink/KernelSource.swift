import Addresses

/// A file provided by the kernel, by its path below the root: `proc/net/ip_vs_conn`, `proc/sys/net/ipv4/vs/conntrack`.
package struct KernelFile: Hashable, Sendable, CustomStringConvertible {
    /// Relative to the root, without a leading `/`.
    package let path: String

    package init(_ path: String) { self.path = path }

    /// The file behind a sysctl: `net.ipv4.vs.conntrack`. As in sysctl(8), a slash stands for the dot in a device's name:
    /// `net.ipv4.conf.eth0/100.rp_filter`.
    package init(sysctl name: String) {
        self.init("proc/sys/" + String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 }))
    }

    package var description: String { path }
}

/// Whether a reading was complete.
package enum Completeness: Equatable, Sendable {
    case whole
    /// Stopped early: why, in words.
    case cut(String)
}

/// The one boundary through which everything from the kernel passes: netlink answers as raw bytes, files of /proc as raw text. The live
/// kernel is one implementation, a capture another.
///
/// A source belongs to one thread. Each call blocks until its answer is complete, with a bound on every wait.
package protocol KernelSource: AnyObject {
    var origin: Origin { get }

    /// Whether a dump may have conditions. A capture has the answer to the unfiltered request only.
    var filters: Bool { get }

    /// Sends a request and delivers each datagram of the answer, until `receive` returns `.done` or throws.
    ///
    /// - Parameter receive: gets a datagram, borrowed for the call, and the sequence number carried by messages that answer this
    ///   request.
    /// - Throws: `.absent` if the kernel has no such bus, `.lost` if the socket overran, `.failed`, `.damaged` if a capture is damaged;
    ///   and whatever `receive` throws. A refusal by the kernel arrives as a datagram.
    func exchange(_ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception) throws(KernelError)

    /// Reads a file from its beginning, in pieces.
    ///
    /// - Parameter bound: the time limit, after which reading is cut short and reported as such.
    /// - Throws: `.absent` if there is no such file, `.forbidden` if it may not be read.
    func read(_ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void) throws(KernelError)
        -> Completeness

    /// How IPVS's connections are read.
    var connectionAccess: ConnectionAccess { get }

    /// Whether the user wants no more: what takes long to read is cut short then.
    var isStopped: Bool { get }

    /// What is asked for in `work` is read nevertheless.
    func withoutStopping(_ work: () throws(KernelError) -> Void) throws(KernelError)

    /// How long reading them from /proc may take: it is quadratic on most kernels.
    var connectionBound: Duration { get }

    /// Whether a second core makes long answers come sooner, at the cost of more CPU in all: measured with 100,000 entries a second, 1.5 %
    /// of a core beyond merely receiving them with one, and 3.1 % with two. Who reads again and again wants it for the first time only.
    var usesSecondCore: Bool { get set }

    /// When the answer to the last request began to arrive, by the clock of the kernel's host; nil if only a clock of this host could tell,
    /// as with a live kernel, or nothing was asked.
    var lastAnswered: Moment? { get }

    /// Names of the files in a directory, sorted.
    func list(_ folder: KernelFile) throws(KernelError) -> [String]
}

/// The result of receiving a datagram: whether the answer continues.
package enum Reception: Sendable { case more, done }

extension KernelSource {
    /// True: only a capture cannot.
    package var filters: Bool { true }

    package var connectionAccess: ConnectionAccess { .proc }

    package var connectionBound: Duration { .seconds(60) }

    package var isStopped: Bool { false }

    package var lastAnswered: Moment? { nil }

    /// Without effect: only the running kernel lets anybody wait.
    package var usesSecondCore: Bool {
        get { false }
        set {}
    }

    package func withoutStopping(_ work: () throws(KernelError) -> Void) throws(KernelError) { try work() }

    /// A whole small text file, without its last newline.
    ///
    /// - Parameter most: the maximum size in bytes; a larger file is not the expected one.
    /// - Throws: in addition to `read`: `.damaged` if it is larger, `.failed` if reading was cut short.
    package func text(of file: KernelFile, atMost most: Int = 1 << 20) throws(KernelError) -> String {
        var bytes = try bytes(of: file, atMost: most)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same of any file, as it is.
    package func bytes(of file: KernelFile, atMost most: Int) throws(KernelError) -> [UInt8] {
        var bytes: [UInt8] = []
        var isTooLong = false
        let completeness = try read(file, within: .seconds(10)) { piece in
            isTooLong = isTooLong || piece.byteCount > most - bytes.count
            if !isTooLong { bytes += piece.copy(0..<piece.byteCount) }
        }
        if isTooLong {
            throw KernelError(
                "read /\(file.path)", .damaged, detail: "it has more than \(most) bytes",
                nextStep: "inspect it: it is not what ct-inspect expects")
        }
        if case .cut(let why) = completeness {
            throw KernelError("read /\(file.path)", .failed, detail: why, nextStep: "try again")
        }
        return bytes
    }
}
