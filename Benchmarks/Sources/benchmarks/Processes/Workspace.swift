import Glibc

/// A temporary directory for outputs, which is removed with everything in it.
struct Workspace {
    private let folder: String

    private init(_ folder: String) { self.folder = folder }

    /// - Parameter parent: a directory on the disk that the file cases write to.
    static func using<Value>(parent: String, _ body: (Workspace) throws -> Value) throws -> Value {
        var name = Array("\(parent)/ct-inspect-bench-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw Failure("mkdtemp in \(parent)", errno: errno) }
        let workspace = Workspace(String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
        defer { workspace.remove() }
        return try body(workspace)
    }

    /// The files that may be in it.
    enum File: String, CaseIterable {
        case output, errors, figures
        /// The input of `ip` and `nft`, and their output.
        case script, answer, complaint
        /// Directories.
        case capture, record
        case profile = "callgrind.out"
    }

    func path(_ file: File) -> String { "\(folder)/\(file.rawValue)" }

    private func remove() {
        for file in File.allCases { unlink(path(file)) }
        if rmdir(folder) != 0 { say("benchmarks: \(folder) is left: \(String(cString: strerror(errno)))") }
    }
}
