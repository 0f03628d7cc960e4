import Glibc
import SystemPackage

/// An open directory. Anything below it is reached through its descriptor, one component at a time, without following links: neither a
/// change of the path nor the loss of a capability changes where a name leads.
package struct Folder: ~Copyable {
    /// For messages.
    package let path: FilePath
    private let descriptor: CInt

    /// - Parameter path: as given by the user, so links in it are followed.
    package init(_ path: String) throws(Errno) {
        let descriptor = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        self.path = FilePath(path)
        self.descriptor = descriptor
    }

    /// - Parameter name: a single component.
    init(_ name: String, below parent: borrowing Folder) throws(Errno) {
        try self.init(name, below: parent, called: parent.path.appending(name))
    }

    private init(_ name: String, below parent: borrowing Folder, called path: FilePath) throws(Errno) {
        let descriptor = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Nil unless a path plainly leads to something below. Compared as bytes, as the kernel does: to Swift, a slash followed by a combining
    /// mark is a different character.
    static func components(of path: String) -> [String]? {
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        let isPlain = components.allSatisfy { !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }
        return isPlain ? components : nil
    }

    /// Names in a directory, sorted, without `.` and `..`.
    package func list() throws(Errno) -> [String] {
        // With its own descriptor, which closedir closes.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw .last }
        guard let folder = fdopendir(own) else {
            let errno = Errno.last
            close(own)
            throw errno
        }
        defer { closedir(folder) }
        var names: [String] = []
        // Its end and a failure differ by errno alone.
        errno = 0
        while let item = readdir(folder) {
            let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw .last }
        return names.sorted()
    }

    /// Whether nobody but us (and root) can change its content.
    package func isOurs() throws(Errno) -> Bool {
        let status = try Self.status(descriptor)
        return status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    func folder(at path: String) throws(Errno) -> Folder {
        guard let components = Self.components(of: path) else { throw .invalidArgument }
        return try folder(at: components[...])
    }

    private func folder(at components: ArraySlice<String>) throws(Errno) -> Folder {
        // Nobody is told of those in between; making up their paths would cost more than opening them.
        var folder = try Folder(".", below: self, called: path)
        for component in components { folder = try Folder(component, below: folder, called: path) }
        return folder
    }

    /// Opens a regular file for reading; anything else is an error, and a pipe does not block us.
    ///
    /// - Parameter appending: opens it for writing, too, at its end.
    package func file(at path: String, appending: Bool = false) throws(Errno) -> FileDescriptor {
        let access = appending ? O_RDWR | O_APPEND : O_RDONLY
        let opened = try inParent(of: path) { parent, name in
            openat(parent, name, access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        }
        do throws(Errno) {
            try Self.requireRegular(try Self.status(opened))
        } catch {
            close(opened)
            throw error
        }
        return FileDescriptor(rawValue: opened)
    }

    /// In bytes; links are not followed.
    ///
    /// - Throws: also if it is not a regular file.
    package func size(of path: String) throws(Errno) -> Int {
        var status = stat()
        _ = try inParent(of: path) { parent, name in fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) }
        try Self.requireRegular(status)
        return Int(status.st_size)
    }

    private static func requireRegular(_ status: stat) throws(Errno) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw .isDirectory
        case S_IFLNK: throw .tooManySymbolicLinkLevels
        default: throw .invalidArgument
        }
    }

    /// Creates a new file, accessible to us only, and opens it for writing.
    ///
    /// - Parameter appending: opens it for reading, too, and whatever is written goes to its end.
    package func create(_ path: String, appending: Bool = false) throws(Errno) -> FileDescriptor {
        let access = appending ? O_RDWR | O_APPEND : O_WRONLY
        let created = try inParent(of: path) { parent, name in
            openat(parent, name, access | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        return FileDescriptor(rawValue: created)
    }

    /// Creates a new directory, accessible to us only.
    package func makeFolder(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in mkdirat(parent, name, 0o700) }
    }

    /// Gives a file that we created to another user; links are not followed.
    func give(_ path: String, to owner: FileOwner) throws(Errno) {
        _ = try inParent(of: path) { parent, name in
            fchownat(parent, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW)
        }
    }

    func give(to owner: FileOwner) throws(Errno) {
        guard fchown(descriptor, owner.user, owner.group) == 0 else { throw .last }
    }

    package func remove(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in unlinkat(parent, name, 0) }
    }

    func removeFolder(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in unlinkat(parent, name, AT_REMOVEDIR) }
    }

    /// Removes a name and all that is below it, if there is such a name. Links are removed, not followed.
    ///
    /// - Parameter name: a single component.
    func removeAll(_ name: String) throws(Errno) {
        do { return try remove(name) } catch .noSuchFileOrDirectory { return } catch .isDirectory {}
        let below = try Folder(name, below: self)
        for inner in try below.list() { try below.removeAll(inner) }
        try removeFolder(name)
    }

    /// Moves a name to another directory of the same file system.
    ///
    /// - Parameter name: a single component.
    func move(_ name: String, to other: borrowing Folder) throws(Errno) {
        guard renameat(descriptor, name, other.descriptor, name) == 0 else { throw .last }
    }

    /// Gives a file another name, in place of what had that name.
    package func rename(_ path: String, to other: String) throws(Errno) {
        guard let components = Self.components(of: other) else { throw .invalidArgument }
        let parent = try folder(at: components.dropLast())
        _ = try inParent(of: path) { below, name in
            renameat(below, name, parent.descriptor, components.last ?? name)
        }
    }

    /// Waits until its names are on the disk.
    package func sync() throws(Errno) {
        guard fsync(descriptor) == 0 else { throw .last }
    }

    /// Makes it accessible to its owner only.
    func hide() throws(Errno) {
        guard fchmod(descriptor, 0o700) == 0 else { throw .last }
    }

    /// Makes a call that takes a directory descriptor and a name in it, and returns a negative value on failure.
    private func inParent(of path: String, _ call: (CInt, String) -> CInt) throws(Errno) -> CInt {
        guard let components = Self.components(of: path), let name = components.last else { throw .invalidArgument }
        let parent = try folder(at: components.dropLast())
        let result = call(parent.descriptor, name)
        guard result >= 0 else { throw .last }
        return result
    }

    private static func status(_ descriptor: CInt) throws(Errno) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        return status
    }
}

/// The owner to give a file or directory to, if not its creator.
package struct FileOwner: Equatable, Sendable {
    /// As in getuid(2).
    package var user: UInt32
    /// As in getgid(2).
    package var group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
