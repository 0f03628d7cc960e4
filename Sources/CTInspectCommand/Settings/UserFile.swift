import Glibc
import SystemPackage

/// Why a file could not be read or written.
struct FileTrouble: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: any Error) { self.init("\(error as? Errno ?? .ioError)") }
}

/// A small file, with the rights of the calling thread.
enum UserFile {
    /// More than any settings need.
    private static let most = 1 << 20

    /// - Returns: nil if it does not exist.
    static func read(_ path: String) -> Result<[UInt8]?, FileTrouble> {
        do {
            // Something else than a file, such as a pipe, could keep us waiting.
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter { () throws -> Result<[UInt8]?, FileTrouble> in
                var status = stat()
                guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    return .failure(FileTrouble("it is no regular file"))
                }
                guard status.st_size <= most else { return .failure(FileTrouble("it is larger than \(most) bytes")) }
                return .success(try bytes(of: file))
            }
        } catch {
            switch error as? Errno {
            case .noSuchFileOrDirectory, .notDirectory: return .success(nil)
            default: return .failure(FileTrouble(error))
            }
        }
    }

    private static func bytes(of file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= most {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    /// - Returns: why that failed; nil if it did not.
    static func write(_ bytes: [UInt8], to path: String) -> FileTrouble? {
        makeFolders(FilePath(path).removingLastComponent())
        do throws(Errno) { try ReplacedFile.write(bytes, to: path) } catch { return FileTrouble(error) }
        return nil
    }

    /// Private ones, as the XDG Base Directory Specification wants it.
    private static func makeFolders(_ folder: FilePath) {
        guard !folder.isEmpty, mkdir(folder.string, 0o700) != 0, errno == ENOENT else { return }
        makeFolders(folder.removingLastComponent())
        mkdir(folder.string, 0o700)
    }
}
