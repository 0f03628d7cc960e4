import Glibc
import SystemPackage

/// What swift-system does not have of folders.
enum Folder {
    /// Names of what is in a folder, sorted, without `.` and `..`.
    static func list(_ path: String) throws(Errno) -> [String] {
        guard let folder = opendir(path) else { throw .last }
        defer { closedir(folder) }
        var names: [String] = []
        while let item = readdir(folder) {
            let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func make(_ path: String) throws(Errno) {
        guard mkdir(path, 0o755) == 0 else { throw .last }
    }

    static func remove(_ path: String) { unlink(path) }
}
