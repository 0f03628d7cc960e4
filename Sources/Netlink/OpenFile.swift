import CLinux
import Glibc
import SystemPackage

/// A descriptor that is closed with its last owner.
package final class OpenFile: Sendable {
    package let descriptor: FileDescriptor

    package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { try? descriptor.close() }

    /// Where files that nobody else needs are made: the directory TMPDIR, or /tmp.
    private static var temporary: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// A new file without a name, for reading and writing: nothing is left of it, however the program ends. In the directory TMPDIR, or /tmp.
    package static func unnamed() throws(KernelError) -> OpenFile {
        let descriptor = clinux_unnamed_file(temporary)
        guard descriptor >= 0 else {
            throw KernelError(
                "write into \(temporary)", Errno(rawValue: errno), nextStep: "set TMPDIR to a writable directory")
        }
        return OpenFile(FileDescriptor(rawValue: descriptor))
    }

    /// An unnamed file could not be written.
    static func full(_ errno: Errno) -> KernelError {
        KernelError(
            "write into \(temporary)", .failed, errno: errno, nextStep: "set TMPDIR to a directory with free space")
    }
}
