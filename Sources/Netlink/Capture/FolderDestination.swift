import SystemPackage

/// Makes a capture that is a directory.
///
/// A capture contains client addresses: directories and files are accessible to their owner only. Everything is created relative to
/// the directory's descriptor, so once it is open, changing the path to it has no effect.
///
/// Until it is complete, everything is in a directory of its own below. So what is left of a capture that was killed is no capture, and the
/// next attempt removes it. That directory cannot be beside the one that was asked for: in the end we may no longer write there.
final class FolderDestination: CaptureDestination {
    private let parent: Folder
    private let folder: Folder
    /// In `folder`.
    private let incomplete: Folder
    /// In `parent`; nil if the directory existed before.
    private let nameOfOurs: String?
    private let owner: FileOwner?
    /// Directories we created, in order.
    private var folders: [String] = []
    private var files: [String] = []

    /// - Parameters:
    ///   - path: a directory that does not exist yet, or an empty one that nobody else can write to.
    ///   - owner: who gets it in the end; nil for us.
    init(_ path: String, for owner: FileOwner?) throws(KernelError) {
        self.owner = owner
        let purpose = "write a capture to \(path)"
        var detail: String?
        do throws(Errno) {
            let path = FilePath(path)
            if path.isEmpty { throw .noSuchFileOrDirectory }
            let above = path.removingLastComponent()
            let name = path.lastComponent?.string ?? "."
            parent = try Folder(above.isEmpty ? "." : above.string)
            nameOfOurs = try Self.makeIfAbsent(name, in: parent) ? name : nil
            folder = try Folder(name, below: parent)
            // Another user could change a directory of theirs under us, and files that root writes there would be theirs.
            guard try folder.isOurs() else {
                detail = "another user owns it or can write to it"
                throw .notPermitted
            }
            Self.removeMoved(in: folder)
            guard try folder.list().allSatisfy({ $0 == Self.incompleteName }) else { throw .directoryNotEmpty }
            try folder.hide()
            try folder.removeAll(Self.incompleteName)
            try folder.makeFolder(Self.incompleteName)
            incomplete = try Folder(Self.incompleteName, below: folder)
        } catch { throw Self.error(purpose, error, detail) }
    }

    private static let incompleteName = ".incomplete"

    private static func makeIfAbsent(_ name: String, in parent: borrowing Folder) throws(Errno) -> Bool {
        // `.` and the like already exist.
        if Folder.components(of: name) == nil { return false }
        do { try parent.makeFolder(name) } catch .fileExists { return false }
        return true
    }

    /// Removes what an attempt that was killed as it moved its files has moved: what its checksums list, as they are moved last.
    private static func removeMoved(in folder: borrowing Folder) {
        guard let sums = try? folder.file(at: "\(incompleteName)/\(CaptureFile.checksums)"),
            let text = try? CaptureFile.bytes(StoredFile(OpenFile(sums))),
            let moved = Checksums(String(decoding: text, as: UTF8.self))
        else { return }
        var folders: Set<[String]> = []
        for path in moved.sums.keys {
            try? folder.remove(path)
            let parents = Folder.components(of: path)?.dropLast() ?? []
            for end in parents.indices { folders.insert(Array(parents[...end])) }
        }
        // From the leaves to the root. One with anything else in it stays.
        for path in folders.sorted(by: { $0.count > $1.count }) {
            try? folder.removeFolder(path.joined(separator: "/"))
        }
    }

    private static func error(_ purpose: String, _ errno: Errno, _ detail: String? = nil) -> KernelError {
        let isUnfit = [.directoryNotEmpty, .notPermitted, .notDirectory, .tooManySymbolicLinkLevels].contains(errno)
        let nextStep =
            switch errno {
            case _ where isUnfit: "give a directory that does not exist yet"
            case .noSuchFileOrDirectory: "create its parent directory first"
            case .permissionDenied: "give a directory that you can write to"
            default: "give another directory, on a disk with free space"
            }
        return KernelError(purpose, .failed, errno: errno, detail: detail, nextStep: nextStep)
    }

    func create(_ name: String) throws(Errno) -> FileDescriptor {
        let parents = Folder.components(of: name)?.dropLast() ?? []
        for end in parents.indices {
            let path = parents[...end].joined(separator: "/")
            if folders.contains(path) { continue }
            try incomplete.makeFolder(path)
            folders.append(path)
        }
        let descriptor = try incomplete.create(name)
        files.append(name)
        return descriptor
    }

    func keep(_ name: String) {}

    func discard(_ name: String) {
        // Once all of it has been moved, it is not here any more: `abandon` removes it.
        if (try? incomplete.remove(name)) != nil { files.removeAll { $0 == name } }
    }

    func complete() throws(KernelError) {
        do throws(Errno) { try moveAll() } catch { throw self.error(".", error) }
        // If ownership cannot be changed (a file system without owners), the capture stays ours and is still complete.
        if let owner { try? handOver(to: owner) }
    }

    /// The checksums last: without them it is no capture.
    private func moveAll() throws(Errno) {
        for name in try incomplete.list().filter({ $0 != CaptureFile.checksums }) + [CaptureFile.checksums] {
            try incomplete.move(name, to: folder)
        }
        try folder.removeFolder(Self.incompleteName)
    }

    /// From the leaves to the root: once a directory belongs to another user, we may no longer reach what is in it.
    private func handOver(to owner: FileOwner) throws(Errno) {
        for name in files { try folder.give(name, to: owner) }
        for name in folders.reversed() { try folder.give(name, to: owner) }
        try folder.give(to: owner)
    }

    /// Removes what we created, as far as permitted. The directory itself may have to stay, empty, if its parent belongs to another user
    /// and our capabilities are gone: a second attempt can then reuse it.
    func abandon() {
        for name in files { try? folder.remove(name) }
        for name in folders.reversed() { try? folder.removeFolder(name) }
        try? folder.removeAll(Self.incompleteName)
        files = []
        folders = []
        if let nameOfOurs { try? parent.removeFolder(nameOfOurs) }
    }

    func error(_ name: String, _ errno: Errno) -> KernelError {
        Self.error("write \(folder.path.appending(name))", errno)
    }
}
