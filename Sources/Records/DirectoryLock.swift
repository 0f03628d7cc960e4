import Glibc
import Netlink
import SystemPackage

/// Held by the one recorder that writes to a directory. Nothing has to be removed when it was killed; the file stays, as a recorder that opened
/// it meanwhile would lock one without a name.
struct DirectoryLock {
    private static let name = ".lock"
    /// Unlocked when it is closed.
    private let file: OpenFile

    /// - Throws: `EWOULDBLOCK` if another recorder has it.
    init(in folder: borrowing Folder) throws(Errno) {
        let file = OpenFile(try Self.open(in: folder))
        while flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let failure = Errno.last
            if failure != .interrupted { throw failure }
        }
        self.file = file
    }

    private static func open(in folder: borrowing Folder) throws(Errno) -> FileDescriptor {
        do { return try folder.file(at: name, appending: true) } catch .noSuchFileOrDirectory {}
        do { return try folder.create(name, appending: true) } catch .fileExists {}
        // Another recorder has just made it.
        return try folder.file(at: name, appending: true)
    }
}
