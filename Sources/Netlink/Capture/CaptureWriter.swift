import SystemPackage

/// Makes the files of a capture folder and keeps their checksums.
///
/// A capture holds the addresses of clients: folders and files are for their owner alone. All is made through the descriptor of
/// the folder, so it does not matter who may walk the path to it, or change that path, once the folder is open.
final class CaptureWriter {
    private let parent: Folder
    private let folder: Folder
    /// In `parent`; nil when the folder was there before us.
    private let nameOfOurs: String?
    /// What we made, in this order.
    private var folders: [String] = []
    private var files: [String] = []
    private var checksums = Checksums()

    /// - Parameter path: a folder that does not exist yet, or an empty one that nobody else can write into.
    init(_ path: String) throws(KernelError) {
        let purpose = "write a capture into \(path)"
        var detail: String?
        do throws(Errno) {
            let path = FilePath(path)
            if path.isEmpty { throw .noSuchFileOrDirectory }
            let above = path.removingLastComponent()
            let name = path.lastComponent?.string ?? "."
            parent = try Folder(above.isEmpty ? "." : above.string)
            nameOfOurs = try Self.makeIfAbsent(name, in: parent) ? name : nil
            folder = try Folder(name, below: parent)
            // A folder of another's could be changed under us, and what we write into it as root would be another's.
            guard try folder.isOurs() else {
                detail = "it is not ours, or others may write into it"
                throw .notPermitted
            }
            guard try folder.list().isEmpty else { throw .directoryNotEmpty }
        } catch { throw Self.error(purpose, error, detail) }
    }

    private static func makeIfAbsent(_ name: String, in parent: borrowing Folder) throws(Errno) -> Bool {
        // `.` and the like are there.
        if Folder.components(of: name) == nil { return false }
        do { try parent.makeFolder(name) } catch .fileExists { return false }
        return true
    }

    private static func error(_ purpose: String, _ errno: Errno, _ detail: String? = nil) -> KernelError {
        let isUnfit = [.directoryNotEmpty, .notPermitted, .notDirectory, .tooManySymbolicLinkLevels].contains(errno)
        let nextStep =
            switch errno {
            case _ where isUnfit: "name a folder that does not exist yet"
            case .noSuchFileOrDirectory: "make the folder first in which it is to be"
            case .permissionDenied: "name a folder where you may write"
            default: "name another folder, on a disk with room"
            }
        return KernelError(purpose, .failed, errno: errno, detail: detail, nextStep: nextStep)
    }

    func create(_ name: String) throws(KernelError) -> CaptureFileWriter {
        do throws(Errno) {
            let parents = Folder.components(of: name)?.dropLast() ?? []
            for end in parents.indices {
                let path = parents[...end].joined(separator: "/")
                if folders.contains(path) { continue }
                try folder.makeFolder(path)
                folders.append(path)
            }
            let descriptor = try folder.create(name)
            files.append(name)
            return CaptureFileWriter(name, descriptor)
        } catch { throw failed(name, error) }
    }

    func close(_ file: CaptureFileWriter) throws(KernelError) {
        do throws(Errno) { try file.close() } catch { throw failed(file.name, error) }
        checksums.set(file.name, file.sum)
    }

    func discard(_ file: CaptureFileWriter) {
        try? file.close()
        try? folder.remove(file.name)
        files.removeAll { $0 == file.name }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(KernelError) {
        let file = try create(name)
        file.write(bytes.span.bytes)
        try close(file)
    }

    func seal(for owner: FileOwner?) throws(KernelError) {
        try write(CaptureFile.checksums, Array(checksums.text.utf8))
        // What cannot be given away (a file system that knows no owners) stays ours, and is whole all the same.
        if let owner { try? handOver(to: owner) }
    }

    /// From the leaves to the root: once a folder is another's, we may no longer reach what is in it.
    private func handOver(to owner: FileOwner) throws(Errno) {
        for name in files { try folder.give(name, to: owner) }
        for name in folders.reversed() { try folder.give(name, to: owner) }
        try folder.give(to: owner)
    }

    /// Removes what we made, as far as we may. The folder itself may have to stay, empty, when its parent is another's and our
    /// capabilities are gone: then a second try is welcome in it.
    func abandon() {
        for name in files { try? folder.remove(name) }
        for name in folders.reversed() { try? folder.removeFolder(name) }
        files = []
        folders = []
        if let nameOfOurs { try? parent.removeFolder(nameOfOurs) }
    }

    private func failed(_ name: String, _ errno: Errno) -> KernelError {
        Self.error("write \(folder.path.appending(name))", errno)
    }
}
