import SystemPackage

/// Files of a capture directory. They may come from anywhere: only regular files are read, and links are not followed.
enum CaptureFile {
    static let manifest = "manifest.json"
    static let netlink = "netlink.pcap"
    static let checksums = "CRC32SUMS"

    /// In all files together: ten million entries and as many connections take half of it.
    static let mostBytes = 8 << 30

    /// What to do about damage.
    static let copyAgain = "it was damaged or modified: copy it again"

    /// Reads a file in pieces from its beginning.
    ///
    /// - Throws: `EFBIG` if it has more than `most` bytes.
    static func read(
        _ folder: borrowing Folder, _ path: String, atMost most: Int = .max, _ receive: (RawSpan) -> Void
    ) throws(Errno) {
        let descriptor = try folder.file(at: path)
        defer { try? descriptor.close() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var rest = most
        do {
            while case let count = try descriptor.read(into: buffer), count > 0 {
                if count > rest { throw Errno.fileTooLarge }
                rest -= count
                receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes)
            }
        } catch { throw error as? Errno ?? .ioError }
    }

    /// A small file as a whole.
    static func bytes(_ folder: borrowing Folder, _ path: String) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(folder, path, atMost: 16 << 20) { piece in bytes += piece.copy(0..<piece.byteCount) }
        return bytes
    }

    /// The directory of a capture.
    ///
    /// - Throws: `.failed` if it does not exist, `.forbidden` if we may not read it, `.damaged` if it is not a capture.
    static func folder(_ path: String) throws(KernelError) -> Folder {
        let purpose = purpose(FilePath(path))
        do throws(Errno) { return try Folder(path) } catch .noSuchFileOrDirectory {
            throw KernelError(
                purpose, .failed, errno: .noSuchFileOrDirectory, detail: "no such directory",
                nextStep: "give a directory written by ct-inspect capture")
        } catch { throw noCapture(purpose, error) }
    }

    static func purpose(_ folder: FilePath) -> String { "read the capture \(folder)" }

    /// A directory that does not look like a capture.
    static func noCapture(_ purpose: String, _ errno: Errno) -> KernelError {
        unreadable(
            purpose, errno, detail: "it has no readable \(checksums)",
            nextStep: "it was not written by `ct-inspect capture`, or is incomplete: take or copy it again")
    }

    /// A file that could not be read: damage, unless we merely lack permission or descriptors.
    static func unreadable(
        _ purpose: String, _ errno: Errno, detail: String? = nil, nextStep: String = copyAgain
    ) -> KernelError {
        switch errno {
        case .permissionDenied:
            KernelError(purpose, .forbidden, errno: errno, nextStep: "run with sudo, or chown it to yourself")
        case .tooManyOpenFiles: KernelError(purpose, errno)
        default: KernelError(purpose, .damaged, errno: errno, detail: detail, nextStep: nextStep)
        }
    }
}

/// A capture file being written. The first failure is kept until it is closed.
final class CaptureFileWriter {
    let name: String
    private(set) var sum = CRC32()
    private let descriptor: FileDescriptor
    private var isOpen = true
    private var failure: Errno?
    /// Datagrams and rows are small; they are written to disk in larger chunks.
    private var pending: [UInt8] = []

    init(_ name: String, _ descriptor: FileDescriptor) {
        self.name = name
        self.descriptor = descriptor
    }

    deinit { if isOpen { try? descriptor.close() } }

    func write(_ bytes: RawSpan) {
        sum.take(bytes)
        bytes.withUnsafeBytes { pending += $0 }
        if pending.count >= 256 << 10 { flush() }
    }

    private func flush() {
        defer { pending.removeAll(keepingCapacity: true) }
        if failure != nil { return }
        do { try descriptor.writeAll(pending) } catch { failure = error as? Errno ?? .ioError }
    }

    /// A second call does nothing, so that a capture can be abandoned at any stage.
    func close() throws(Errno) {
        guard isOpen else { return }
        flush()
        isOpen = false
        do { try descriptor.close() } catch { failure = failure ?? error as? Errno ?? .ioError }
        if let failure { throw failure }
    }
}
