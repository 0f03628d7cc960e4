import SystemPackage

/// Files of a capture folder. What lies there may come from anywhere: no link is followed, and a pipe does not make us wait.
enum CaptureFile {
    static let manifest = "manifest.json"
    static let netlink = "netlink.pcap"
    static let checksums = "CRC32SUMS"

    static func open(_ folder: FilePath, _ name: String) throws(Errno) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                folder.appending(name), .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        } catch { throw error as? Errno ?? .ioError }
    }

    /// Reads a file in pieces from its beginning.
    static func read(
        _ folder: FilePath, _ name: String, _ receive: (RawSpan) -> Void
    ) throws(Errno) {
        let descriptor = try open(folder, name)
        defer { try? descriptor.close() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        do {
            while case let count = try descriptor.read(into: buffer), count > 0 {
                receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes)
            }
        } catch { throw error as? Errno ?? .ioError }
    }

    /// A small file as a whole.
    static func bytes(_ folder: FilePath, _ name: String) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(folder, name) { piece in if bytes.count < 16 << 20 { bytes += piece.copy(0..<piece.byteCount) } }
        return bytes
    }
}
