import Archives
import Netlink
import SystemPackage

/// Errors in the words of who records, or reads a recording.
enum RecordError {
    static func purpose(_ path: FilePath) -> String { "record to \(path)" }

    /// - Parameter detail: what failed, if that is not plain.
    static func writing(_ path: FilePath, _ errno: Errno, _ detail: String? = nil) -> KernelError {
        let cause: KernelError.Cause =
            switch errno {
            case .permissionDenied, .notPermitted: .forbidden
            default: .failed
            }
        let nextStep =
            switch errno {
            case .noSpace, .diskQuotaExceeded:
                "free space in \(path), or keep less: a lower --keep-bytes or --keep-segments"
            case .fileTooLarge: "give a lower --segment-size, or raise the limit of files: ulimit -f"
            case .noSuchFileOrDirectory: "create its parent directory first"
            case .notDirectory, .tooManySymbolicLinkLevels: "give a directory, or a path that does not exist yet"
            case .permissionDenied, .notPermitted: "give a directory of your own"
            case .tooManyOpenFiles: "raise the limit of descriptors: ulimit -n 64"
            default: "give a directory on another disk"
            }
        return KernelError(purpose(path), cause, errno: errno, detail: detail, nextStep: nextStep)
    }

    /// Of what was compressed, or made for it.
    static func packing(_ path: FilePath, _ error: any Error, _ name: String) -> KernelError {
        let detail = "\(name) stays uncompressed"
        switch error {
        case ArchiveError.unwritable(let errno), ArchiveError.failed(let errno): return writing(path, errno, detail)
        case let errno as Errno: return writing(path, errno, detail)
        case ArchiveError.unavailable(let why), ArchiveError.damaged(let why):
            return KernelError(purpose(path), .failed, detail: "\(detail): \(why)")
        default: return KernelError(purpose(path), .failed, detail: detail)
        }
    }

    static func noCompression(_ path: FilePath, _ error: ArchiveError) -> KernelError {
        var detail: String?
        if case .unavailable(let why) = error { detail = why }
        return KernelError(
            purpose(path), .absent, detail: detail,
            nextStep: "install libarchive (libarchive13), or record without compression")
    }

    static func reading(_ path: String, _ errno: Errno, _ detail: String? = nil) -> KernelError {
        let purpose = "read the records in \(path)"
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory:
            return KernelError(
                purpose, .notFound, errno: errno, detail: detail,
                nextStep: "give what `ct-inspect record --to` wrote: a directory, or a file of it")
        case .permissionDenied:
            return KernelError(
                purpose, .forbidden, errno: errno, detail: detail,
                nextStep: "run with sudo, or chown it to yourself")
        default: return KernelError(purpose, errno, detail: detail)
        }
    }
}
