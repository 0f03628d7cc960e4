import Addresses
import CNetlink
import Glibc
import SystemPackage

/// The running kernel, as seen from the calling thread's network namespace. See `NetworkNamespace` for moving there first.
package final class LiveKernel: KernelSource {
    /// This host, and when the source was created.
    package let origin: Origin
    /// A table is of one network namespace: this one.
    package var connectionAccess = ConnectionAccess.proc
    package var connectionBound = Duration.seconds(60)
    package var usesSecondCore = Readahead.pays
    /// Asked between the parts of what takes long: a list in /proc, a dump of the table.
    package var stopRequested: () -> Bool = { false }
    private var heedsStop = true
    package var isStopped: Bool { heedsStop && stopRequested() }

    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: NetlinkSocket.datagramSize, alignment: 16)
    private var netfilter: NetlinkSocket?
    private var generic: NetlinkSocket?
    private var route: NetlinkSocket?
    private var diagnostics: NetlinkSocket?
    private var sequence: UInt32 = 0

    /// - Parameter namespace: how the user named this thread's namespace.
    package init(networkNamespace namespace: String? = nil) {
        origin = Origin.here(networkNamespace: namespace)
    }

    deinit { buffer.deallocate() }

    package func withoutStopping(_ work: () throws(KernelError) -> Void) throws(KernelError) {
        heedsStop = false
        defer { heedsStop = true }
        try work()
    }

    /// Queries the kernel over the socket of the request's bus, which is opened at the first request and reused. Blocks; the kernel has
    /// 60 s for each datagram.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        switch request.bus {
        case .netfilter: try exchange(request, over: &netfilter, receive)
        case .generic: try exchange(request, over: &generic, receive)
        case .route: try exchange(request, over: &route, receive)
        case .diagnostics: try exchange(request, over: &diagnostics, receive)
        }
    }

    /// A failed exchange leaves the rest of its answer in the socket, so the socket is closed.
    private func exchange(
        _ request: Request, over kept: inout NetlinkSocket?,
        _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let socket: NetlinkSocket
        if let open = kept.take() {
            socket = open
        } else {
            socket = try NetlinkSocket(request.bus, for: request.purpose)
        }
        sequence &+= 1
        try socket.handle.send(request.message(sequence: sequence), for: request.purpose)
        try receiveAll(request, over: socket) { datagram throws(KernelError) in try receive(datagram, sequence) }
        kept = consume socket
    }

    /// This many datagrams (a thousand entries) are received before starting a thread pays off.
    private static let shortAnswer = 8

    /// A dump of this many datagrams (8000 entries) takes long, and can be interrupted.
    private static let longAnswer = 64

    private func receiveAll(
        _ request: Request, over socket: borrowing NetlinkSocket,
        _ take: (RawSpan) throws(KernelError) -> Reception
    ) throws(KernelError) {
        var datagrams = 0
        var taken = 0
        func receive(_ datagram: RawSpan) throws(KernelError) -> Reception {
            taken += 1
            if taken > Self.longAnswer, request.isDump, isStopped {
                throw KernelError(request.purpose, .stopped, detail: "it was interrupted")
            }
            return try take(datagram)
        }
        while true {
            if datagrams == Self.shortAnswer, request.isDump, usesSecondCore {
                let readahead = Readahead(socket.handle.pointer, for: request.purpose, sequence: sequence)
                if try readahead.deliver(receive) { return }
            }
            let count = try socket.receive(into: buffer, for: request.purpose)
            datagrams += 1
            if try receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes) == .done { return }
        }
    }

    /// Reads a file of /proc or /sys as seen from this thread's network namespace, 32 KiB at a time, or a `LegacyTableFile` at once. Blocks.
    package func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        if let table = LegacyTableFile(file) {
            try table.read().withUnsafeBytes { receive($0.bytes) }
            return .whole
        }
        let purpose = "read /\(file.path)"
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(Self.livePath(file), .readOnly, options: .closeOnExec)
        } catch {
            throw Self.fileError(purpose, error)
        }
        defer { try? descriptor.close() }
        let clock = ContinuousClock()
        let deadline = clock.now + bound
        var pieces = 0
        while true {
            let count: Int
            do { count = try descriptor.read(into: buffer) } catch { throw Self.fileError(purpose, error) }
            if count == 0 { return .whole }
            receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes)
            pieces += 1
            // A short file is read to its end.
            if pieces > 1, isStopped { return .cut("reading /\(file.path) was interrupted") }
            if clock.now > deadline {
                return .cut("reading /\(file.path) was stopped after \(bound.words)")
            }
        }
    }

    /// The current names in a directory of /proc or /sys.
    package func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        do { return try Folder("/" + folder.path).list() } catch { throw Self.fileError("list /\(folder.path)", error) }
    }

    /// /proc/net belongs to the process, whose main thread may be in another namespace: we need the thread's.
    private static func livePath(_ file: KernelFile) -> FilePath {
        let shared = "proc/net/"
        let isShared = file.path.hasPrefix(shared)
        return FilePath(isShared ? "/proc/thread-self/net/" + file.path.dropFirst(shared.count) : "/" + file.path)
    }

    private static func fileError(_ purpose: String, _ error: any Error) -> KernelError {
        let errno = error as? Errno ?? .ioError
        return errno == .noSuchFileOrDirectory
            ? KernelError(purpose, .absent, errno: errno) : KernelError(purpose, errno)
    }
}

extension Origin {
    /// This host, now, to a millisecond.
    package static func here(networkNamespace: String?) -> Origin {
        var system = utsname()
        uname(&system)
        return Origin(
            takenAt: now, host: text(system.nodename), kernelRelease: text(system.release),
            networkNamespace: networkNamespace)
    }

    private static var now: Moment {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(max(0, now.tv_sec)) * 1000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
        return Moment(nanoseconds: milliseconds * 1_000_000)
    }

    private static func text(_ field: some Any) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
