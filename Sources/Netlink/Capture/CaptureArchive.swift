import Archives
import Glibc
import SystemPackage

/// A tar archive of a capture, unpacked into one file without a name. It may come from anywhere: what a capture cannot have is an error.
final class CaptureArchive: CaptureStorage {
    let path: FilePath
    private let file: OpenFile
    /// By the path below the directory of the capture.
    private let places: [String: Place]
    private let contents: CaptureContents

    /// Where in the file the content of a member is.
    struct Place {
        var start: Int64
        var count: Int64
    }

    /// Files and directories. A capture has at most four thousand.
    static let mostMembers = 16_384
    /// In bytes. Only directories around the capture can make ours longer than two hundred.
    static let longestName = 512
    /// Of the archive, uncompressed: its files, and a gibibyte of headers.
    private static let mostBytes = Int64(CaptureFile.mostBytes + 1 << 30)

    /// Reads the archive to its end.
    ///
    /// - Parameters:
    ///   - descriptor: stays open. A pipe is waited for.
    ///   - path: for messages.
    ///   - progress: called with the bytes that have come, unpacked.
    init(
        _ descriptor: FileDescriptor, called path: FilePath, _ progress: @escaping (Int) -> Void
    ) throws(KernelError) {
        self.path = path
        let purpose = CaptureFile.purpose(path)
        let file = try OpenFile.unnamed()
        self.file = file
        var index = CaptureArchiveIndex()
        do throws(ArchiveError) {
            let reader = try TarReader(descriptor, atMost: Self.mostBytes) { progress(Int($0)) }
            while let member = try reader.next() {
                guard let place = try index.place(for: member) else { continue }
                try reader.content(of: member) { bytes, offset throws(ArchiveError) in
                    do {
                        try file.descriptor.writeAll(toAbsoluteOffset: place.start + offset, bytes)
                    } catch { throw .unwritable(error as? Errno ?? .ioError) }
                }
            }
            try reader.finish()
            places = try index.capture()
        } catch { throw Self.error(purpose, error) }
        contents = CaptureContents(places.keys)
    }

    func file(at path: String) throws(Errno) -> StoredFile {
        let place = try place(of: path)
        return StoredFile(file, from: place.start, count: place.count)
    }

    func size(of path: String) throws(Errno) -> Int { Int(try place(of: path).count) }

    private func place(of path: String) throws(Errno) -> Place {
        guard let place = places[path] else { throw contents.isFolder(path) ? .isDirectory : .noSuchFileOrDirectory }
        return place
    }

    func names(in folder: String) throws(Errno) -> [String] {
        guard contents.isFolder(folder) else { throw .noSuchFileOrDirectory }
        return Array(contents.names(in: folder))
    }

    func isFolder(_ path: String) -> Bool { contents.isFolder(path) }

    static func error(_ purpose: String, _ error: ArchiveError) -> KernelError {
        switch error {
        case .unavailable(let why):
            KernelError(
                purpose, .absent, detail: why,
                nextStep: "install libarchive (libarchive13), or unpack the capture and give its directory")
        case .empty:
            KernelError(
                purpose, .damaged, detail: "it is empty", nextStep: "see whether what should have written it failed")
        case .unknown:
            KernelError(
                purpose, .damaged, detail: "it is neither a directory nor a tar archive",
                nextStep:
                    "give what was written by ct-inspect capture: a directory, or a tar of it, as it is or by gzip or zstd"
            )
        case .damaged(let why):
            KernelError(purpose, .damaged, detail: why, nextStep: CaptureFile.copyAgain)
        case .tooLarge: CaptureFile.tooLarge(purpose)
        case .failed(let errno):
            KernelError(purpose, .failed, errno: errno, nextStep: "copy it again")
        case .unwritable(let errno): OpenFile.full(errno)
        }
    }
}
