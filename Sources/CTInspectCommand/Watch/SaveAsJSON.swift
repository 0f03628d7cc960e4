import Glibc
import SystemPackage

/// Writes what a screen shows to a new file, readable by its owner only.
enum SaveAsJSON {
    /// - Parameter fill: writes the document, a piece at a time.
    /// - Returns: the result, as a sentence.
    static func write(to path: String, _ fill: (@escaping (RawSpan) -> Void) -> Void) -> String {
        do {
            // Never overwrites a file, nor follows a link that someone else has created.
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite)
            let written = Written()
            try file.closeAfter {
                fill { written.write($0, to: file) }
            }
            if written.bytes > 0, written.failure == nil { return "exported \(written.bytes) bytes to \(path)" }
            // A partial or empty document is useless.
            unlink(path)
            guard let failure = written.failure else { return "there is nothing to export" }
            return "cannot export to \(path): \(failure)"
        } catch {
            let errno = error as? Errno
            let hint =
                switch errno {
                case .fileExists: ": choose another name"
                case .permissionDenied: ": choose another directory, such as /tmp"
                default: ""
                }
            return "cannot export to \(path): \(error)\(hint)"
        }
    }

    /// The progress.
    private final class Written {
        var bytes = 0
        var failure: Errno?

        func write(_ piece: RawSpan, to file: FileDescriptor) {
            guard failure == nil else { return }
            do {
                bytes += try piece.withUnsafeBytes { try file.writeAll($0) }
            } catch {
                failure = error as? Errno ?? .ioError
            }
        }
    }
}
