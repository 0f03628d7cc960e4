import SystemPackage

/// Makes the files of a capture folder and keeps their checksums.
final class CaptureWriter {
    private let folder: FilePath
    private var checksums = Checksums()

    /// A file being written. The first failure is kept until it is closed.
    final class File {
        let name: String
        fileprivate let descriptor: FileDescriptor
        fileprivate var sum = CRC32()
        fileprivate var failure: Errno?
        /// Datagrams and rows are small; the disk is asked for more at once.
        private var pending: [UInt8] = []

        fileprivate init(_ name: String, _ descriptor: FileDescriptor) {
            self.name = name
            self.descriptor = descriptor
        }

        func write(_ bytes: RawSpan) {
            sum.take(bytes)
            bytes.withUnsafeBytes { pending += $0 }
            if pending.count >= 256 << 10 { flush() }
        }

        fileprivate func flush() {
            defer { pending.removeAll(keepingCapacity: true) }
            if failure != nil { return }
            do { try descriptor.writeAll(pending) } catch { failure = error as? Errno ?? .ioError }
        }
    }

    init(_ path: String) throws(KernelError) {
        folder = FilePath(path)
        do throws(Errno) {
            try Self.makeFolder(folder)
            guard try Folder.list(path).isEmpty else { throw Errno.directoryNotEmpty }
        } catch {
            let next = error == .directoryNotEmpty ? "name a folder that does not exist yet" : nil
            throw KernelError("write a capture into \(path)", .failed, errno: error, nextStep: next)
        }
    }

    private static func makeFolder(_ path: FilePath) throws(Errno) {
        do { try Folder.make(path.string) } catch .fileExists { return }
    }

    func create(_ name: String) throws(KernelError) -> File {
        do {
            var parent = folder
            for component in name.split(separator: "/").dropLast() {
                parent.append(String(component))
                try Self.makeFolder(parent)
            }
            let descriptor = try FileDescriptor.open(
                folder.appending(name), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            return File(name, descriptor)
        } catch { throw failed(name, error) }
    }

    func close(_ file: File) throws(KernelError) {
        file.flush()
        do {
            try file.descriptor.close()
            if let failure = file.failure { throw failure }
        } catch { throw failed(file.name, error) }
        checksums.set(file.name, file.sum)
    }

    func discard(_ file: File) {
        try? file.descriptor.close()
        Folder.remove(folder.appending(file.name).string)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(KernelError) {
        let file = try create(name)
        file.write(bytes.span.bytes)
        try close(file)
    }

    func seal() throws(KernelError) { try write(CaptureFile.checksums, Array(checksums.text.utf8)) }

    private func failed(_ name: String, _ error: any Error) -> KernelError {
        KernelError("write \(folder.appending(name))", .failed, errno: error as? Errno ?? .ioError)
    }
}
