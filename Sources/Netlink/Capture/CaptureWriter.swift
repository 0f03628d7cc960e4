import SystemPackage

/// Where the files of a capture go.
protocol CaptureDestination: AnyObject {
    /// Begins a file. Others may be begun before it is complete.
    ///
    /// - Returns: for writing it from its beginning to its end; the caller closes it.
    func create(_ name: String) throws(Errno) -> FileDescriptor

    /// A file is complete, and its descriptor has been closed.
    func keep(_ name: String) throws(Errno)

    /// Takes a file back, whose descriptor has been closed.
    func discard(_ name: String)

    /// Makes a capture of what was written; the checksums come last.
    func complete() throws(KernelError)

    /// Removes what was written, as far as that is possible.
    func abandon()

    /// A file could not be written.
    func error(_ name: String, _ errno: Errno) -> KernelError
}

/// Writes the files of a capture, and keeps their checksums.
final class CaptureWriter {
    private let destination: any CaptureDestination
    private var checksums = Checksums()
    /// The first file that could not be written: who reads may make do without it, but a capture must have it.
    private var failure: KernelError?

    init(_ destination: any CaptureDestination) { self.destination = destination }

    func create(_ name: String) throws(KernelError) -> CaptureFileWriter {
        do throws(Errno) {
            return CaptureFileWriter(name, try destination.create(name))
        } catch { throw noted(destination.error(name, error)) }
    }

    func close(_ file: CaptureFileWriter) throws(KernelError) {
        do throws(Errno) {
            try file.close()
            try destination.keep(file.name)
        } catch { throw noted(destination.error(file.name, error)) }
        checksums.set(file.name, file.sum)
    }

    func discard(_ file: CaptureFileWriter) {
        try? file.close()
        destination.discard(file.name)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(KernelError) {
        let file = try create(name)
        file.write(bytes.span.bytes)
        try close(file)
    }

    private func noted(_ error: KernelError) -> KernelError {
        failure = failure ?? error
        return error
    }

    /// - Throws: also if any file could not be written before.
    func seal() throws(KernelError) {
        if let failure { throw failure }
        try write(CaptureFile.checksums, Array(checksums.text.utf8))
        try destination.complete()
    }

    func abandon() { destination.abandon() }
}
