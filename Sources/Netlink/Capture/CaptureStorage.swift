import SystemPackage

/// Where the files of a capture are. They may come from anywhere: only regular files are given, and links are not followed.
protocol CaptureStorage: Sendable {
    /// For messages.
    var path: FilePath { get }

    /// Opens a file.
    ///
    /// - Parameter path: below the directory of the capture.
    func file(at path: String) throws(Errno) -> StoredFile

    /// In bytes.
    func size(of path: String) throws(Errno) -> Int

    /// What is in a directory, in any order; an empty path is that of the capture.
    func names(in folder: String) throws(Errno) -> [String]

    func isFolder(_ path: String) -> Bool
}

/// An open file of a capture, which may be a part of another file. Several may read from it at a time.
struct StoredFile: Sendable {
    private let file: OpenFile
    private let start: Int64
    /// How many bytes of the other file belong to it.
    private let count: Int64

    init(_ file: OpenFile, from start: Int64 = 0, count: Int64 = .max) {
        self.file = file
        self.start = start
        self.count = count
    }

    /// Fills the buffer, as far as the file goes.
    ///
    /// - Returns: how many bytes were read.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        guard offset >= 0, offset < count else { return 0 }
        let wanted = Int(min(Int64(buffer.count), count - offset))
        var filled = 0
        do {
            while filled < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<wanted])
                let got = try file.descriptor.read(fromAbsoluteOffset: start + offset + Int64(filled), into: rest)
                if got == 0 { break }
                filled += got
            }
        } catch { throw error as? Errno ?? .ioError }
        return filled
    }
}

/// A directory, as `ct-inspect capture` makes it.
final class CaptureFolder: CaptureStorage {
    private let folder: Folder

    init(_ folder: consuming Folder) { self.folder = folder }

    var path: FilePath { folder.path }

    func file(at path: String) throws(Errno) -> StoredFile { StoredFile(OpenFile(try folder.file(at: path))) }

    func size(of path: String) throws(Errno) -> Int { try folder.size(of: path) }

    func names(in path: String) throws(Errno) -> [String] {
        if path.isEmpty { return try folder.list() }
        return try folder.folder(at: path).list()
    }

    func isFolder(_ path: String) -> Bool { (try? folder.folder(at: path)) != nil }
}
