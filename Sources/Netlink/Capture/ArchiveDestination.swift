import Addresses
import Archives
import Glibc
import SystemPackage

/// Makes a capture that is a tar archive. A member's size precedes it, and whoever takes the archive may be slow: so everything is written
/// to files without a name first, of which nothing is left, however the program ends.
final class ArchiveDestination: CaptureDestination {
    /// A file without a name, with the contents of any number of files in a row.
    private final class Spool {
        let file: OpenFile
        /// Where the next one begins.
        var end: Int64 = 0
        var isBusy = false

        init() throws(KernelError) { file = try OpenFile.unnamed() }
    }

    private struct Place {
        var spool: Spool
        var start: Int64
        var count: Int64
    }

    private let sink: (RawSpan) -> Void
    private let origin: Origin
    private var spools: [Spool]
    private var places: [String: Place] = [:]

    /// - Parameters:
    ///   - origin: names the directory in the archive.
    ///   - sink: takes the archive; it handles its own errors.
    init(_ origin: Origin, _ sink: @escaping (RawSpan) -> Void) throws(KernelError) {
        self.origin = origin
        self.sink = sink
        // One for the messages, which are written all the time, and one for the others; later we may have no right to make them.
        spools = [try Spool(), try Spool()]
        // Better said before all is read.
        do throws(ArchiveError) { _ = try TarWriter(modified: 0) { _ in } } catch { throw Self.error(error) }
    }

    func create(_ name: String) throws(Errno) -> FileDescriptor {
        let spool: Spool
        if let idle = spools.first(where: { !$0.isBusy }) {
            spool = idle
        } else {
            do throws(KernelError) { spool = try Spool() } catch { throw error.errno ?? .ioError }
            spools.append(spool)
        }
        // With the same place in the file, which the next one begins at.
        let copy = fcntl(spool.file.descriptor.rawValue, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .last }
        spool.isBusy = true
        places[name] = Place(spool: spool, start: spool.end, count: 0)
        return FileDescriptor(rawValue: copy)
    }

    func keep(_ name: String) throws(Errno) {
        guard let place = places[name] else { return }
        let end = lseek(place.spool.file.descriptor.rawValue, 0, SEEK_CUR)
        guard end >= place.start else { throw .last }
        places[name]?.count = Int64(end) - place.start
        (place.spool.end, place.spool.isBusy) = (Int64(end), false)
    }

    /// What was written is overwritten by the next one; if that fails, its place is lost.
    func discard(_ name: String) {
        guard let place = places.removeValue(forKey: name), place.start + place.count == place.spool.end else { return }
        let descriptor = place.spool.file.descriptor.rawValue
        let isBack = lseek(descriptor, off_t(place.start), SEEK_SET) == off_t(place.start)
        place.spool.isBusy = !isBack
        place.spool.end = place.start
    }

    /// Writes the archive.
    func complete() throws(KernelError) {
        do throws(ArchiveError) {
            let writer = try TarWriter(modified: Int64(origin.takenAt.seconds), sink)
            let root = origin.archiveName
            try writer.addFolder(root + "/")
            var folders: Set<String> = []
            for name in places.keys.filter({ $0 != CaptureFile.checksums }).sorted() + [CaptureFile.checksums] {
                let parents = Folder.components(of: name)?.dropLast() ?? []
                for end in parents.indices {
                    let folder = parents[...end].joined(separator: "/")
                    if folders.insert(folder).inserted { try writer.addFolder("\(root)/\(folder)/") }
                }
                guard let place = places[name] else { continue }
                try add("\(root)/\(name)", place, to: writer)
            }
            try writer.finish()
        } catch { throw Self.error(error) }
    }

    private func add(_ name: String, _ place: Place, to writer: TarWriter) throws(ArchiveError) {
        let file = StoredFile(place.spool.file, from: place.start, count: place.count)
        try writer.addFile(name, size: place.count) { write throws(ArchiveError) in
            var failure: ArchiveError?
            do throws(Errno) {
                try CaptureFile.read(file) { piece in
                    do throws(ArchiveError) { if failure == nil { try write(piece) } } catch { failure = error }
                }
            } catch { throw .failed(error) }
            if let failure { throw failure }
        }
    }

    /// Nothing has a name.
    func abandon() {}

    func error(_ name: String, _ errno: Errno) -> KernelError { OpenFile.full(errno) }

    private static func error(_ error: ArchiveError) -> KernelError {
        let purpose = "write a tar archive"
        switch error {
        case .unavailable(let why):
            return KernelError(
                purpose, .absent, detail: why, nextStep: "install libarchive (libarchive13), or give a directory")
        case .failed(let errno), .unwritable(let errno):
            return KernelError(purpose, .failed, errno: errno, nextStep: "give a directory")
        case .damaged(let why): return KernelError(purpose, .failed, detail: why, nextStep: "give a directory")
        case .empty, .unknown, .tooLarge: return KernelError(purpose, .failed, nextStep: "give a directory")
        }
    }
}

extension Origin {
    /// The directory that tar(1) makes: `lb1-20261129T101500Z`. A host's name may have any characters.
    fileprivate var archiveName: String {
        let isPlain = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let name = host.utf8.map { isPlain($0) ? Character(UnicodeScalar($0)) : "_" }
        let isUsable = name.first.map { $0 != "." && $0 != "-" } ?? false
        let time = takenAt.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
        return (isUsable ? String(name) : "capture") + "-" + time + "Z"
    }
}
