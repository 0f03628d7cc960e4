import Archives
import Glibc
import SystemPackage

/// A capture that has been opened, for any number of `CapturedKernel`s, on any thread: a directory, or a tar archive of one, uncompressed or
/// compressed by gzip or zstd. An archive is unpacked once, into a file without a name.
package final class Capture: Sendable {
    let storage: any CaptureStorage

    /// - Parameter unpacked: called while an archive is read, with the bytes so far.
    /// - Throws: `.failed` if there is no such file, or no place for what is unpacked; `.forbidden` if it may not be read; `.damaged` if it is no
    ///   capture; `.absent` if an archive needs libarchive, and there is none.
    package init(_ path: String, unpacked: @escaping (Int) -> Void = { _ in }) throws(KernelError) {
        let name = FilePath(path)
        let purpose = CaptureFile.purpose(name)
        var status = stat()
        do throws(Errno) {
            guard stat(path, &status) == 0 else { throw .last }
            if status.st_mode & S_IFMT == S_IFDIR {
                storage = CaptureFolder(try Folder(path))
                return
            }
        } catch { throw Self.unopened(purpose, error) }
        // A device may have no end, or do something.
        guard [S_IFREG, S_IFIFO].contains(status.st_mode & S_IFMT) else {
            throw CaptureArchive.error(purpose, .unknown)
        }
        let descriptor = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unopened(purpose, .last) }
        let file = OpenFile(FileDescriptor(rawValue: descriptor))
        storage = try CaptureArchive(file.descriptor, called: name, unpacked)
    }

    /// An archive from standard input, which is read to its end.
    ///
    /// - Throws: as for a file.
    package init(standardInput unpacked: @escaping (Int) -> Void) throws(KernelError) {
        storage = try CaptureArchive(.standardInput, called: "(standard input)", unpacked)
    }

    private static func unopened(_ purpose: String, _ errno: Errno) -> KernelError {
        guard errno == .noSuchFileOrDirectory else { return CaptureFile.noCapture(purpose, errno) }
        return KernelError(
            purpose, .failed, errno: errno, nextStep: "give what was written by ct-inspect capture")
    }
}
