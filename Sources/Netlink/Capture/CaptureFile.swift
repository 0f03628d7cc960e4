import SystemPackage

/// Files of a capture.
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
        _ file: StoredFile, atMost most: Int = .max, _ receive: (RawSpan) -> Void
    ) throws(Errno) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while case let count = try file.read(at: offset, into: buffer), count > 0 {
            if count > most - Int(offset) { throw .fileTooLarge }
            offset += Int64(count)
            receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes)
        }
    }

    /// A small file as a whole.
    static func bytes(_ file: StoredFile) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(file, atMost: 16 << 20) { piece in bytes += piece.copy(0..<piece.byteCount) }
        return bytes
    }

    static func purpose(_ path: FilePath) -> String { "read the capture \(path)" }

    static func tooLarge(_ purpose: String) -> KernelError {
        KernelError(
            purpose, .damaged, detail: "its files have more than \(mostBytes >> 30) GiB",
            nextStep: "ask whoever sent it to take it again with ct-inspect capture")
    }

    /// What does not look like a capture.
    ///
    /// - Parameter inside: a directory in it that does.
    static func noCapture(_ purpose: String, _ errno: Errno, inside: FilePath? = nil) -> KernelError {
        unreadable(
            purpose, errno, detail: "it has no readable \(checksums)",
            nextStep: inside.map { "give \($0), which has one" }
                ?? "it was not written by `ct-inspect capture`, or is incomplete: take or copy it again")
    }

    /// The first directory in it, by name, that looks like a capture, as who asks may have given its parent.
    static func captureInside(_ storage: any CaptureStorage) -> FilePath? {
        let names = (try? storage.names(in: "")) ?? []
        return names.sorted().first { (try? storage.size(of: "\($0)/\(checksums)")) != nil }.map {
            storage.path.appending($0)
        }
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
