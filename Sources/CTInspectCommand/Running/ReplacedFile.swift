import Glibc
import SystemPackage

/// A file that is written as a whole: whoever reads it meanwhile sees the old one, or the new one.
enum ReplacedFile {
    private static let mode: mode_t = 0o644

    /// - Parameter isForAll: whether everybody may read it, whatever the umask is.
    static func write(_ bytes: [UInt8], to path: String, isForAll: Bool = false) throws(Errno) {
        let aside = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max))"
        do {
            let file = try FileDescriptor.open(
                FilePath(aside), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: FilePermissions(rawValue: mode))
            do {
                try file.closeAfter { () throws -> Void in
                    try file.writeAll(bytes)
                    if isForAll, fchmod(file.rawValue, mode) != 0 { throw Errno(rawValue: errno) }
                    // A crash of the machine must not leave an empty file behind.
                    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                }
                guard rename(aside, path) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                unlink(aside)
                throw error
            }
        } catch { throw error as? Errno ?? .ioError }
    }
}
