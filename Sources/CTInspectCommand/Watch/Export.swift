import Glibc
import SystemPackage

/// Writes what a screen shows into a new file, for its owner's eyes.
enum Export {
    /// - Parameter fill: writes the document, a piece at a time.
    /// - Returns: what became of it, in a sentence.
    static func write(to path: String, _ fill: (@escaping (RawSpan) -> Void) -> Void) -> String {
        do {
            // Never over a file that is there, nor through a link that somebody else has laid.
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite)
            let written = Written()
            try file.closeAfter {
                fill { written.write($0, to: file) }
            }
            if written.bytes > 0, written.failure == nil { return "exported \(written.bytes) bytes to \(path)" }
            // A part of a document, or none, is of no use.
            unlink(path)
            guard let failure = written.failure else { return "there is nothing to export" }
            return "cannot export to \(path): \(failure)"
        } catch {
            let errno = error as? Errno
            let hint =
                switch errno {
                case .fileExists: ": choose another name"
                case .permissionDenied: ": choose another folder, as /tmp"
                default: ""
                }
            return "cannot export to \(path): \(error)\(hint)"
        }
    }

    /// How far it has come.
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
