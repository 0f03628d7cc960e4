import Glibc
import SystemPackage

/// An open folder. What lies below it is reached through its descriptor, a component at a time, and no link is followed:
/// neither what is put in the way of its path nor the loss of a capability changes where a name leads.
struct Folder: ~Copyable {
    /// For messages.
    let path: FilePath
    private let descriptor: CInt

    /// - Parameter path: as the user named it, so links in it are followed.
    init(_ path: String) throws(Errno) {
        let descriptor = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        self.path = FilePath(path)
        self.descriptor = descriptor
    }

    /// - Parameter name: a single component.
    init(_ name: String, below parent: borrowing Folder) throws(Errno) {
        let descriptor = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        path = parent.path.appending(name)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Nil when a path is not plainly one of something below. By bytes, as the kernel takes it: with a combining mark behind it,
    /// a slash is another character for Swift.
    static func components(of path: String) -> [String]? {
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        let isPlain = components.allSatisfy { !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }
        return isPlain ? components : nil
    }

    /// Names of what is in a folder, sorted, without `.` and `..`.
    func list() throws(Errno) -> [String] {
        // Of its own descriptor, which closedir closes.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw .last }
        guard let folder = fdopendir(own) else {
            let errno = Errno.last
            close(own)
            throw errno
        }
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

    /// Whether nobody but us (and root) can change what is in it.
    func isOurs() throws(Errno) -> Bool {
        let status = try Self.status(descriptor)
        return status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    func folder(at path: String) throws(Errno) -> Folder {
        guard let components = Self.components(of: path) else { throw .invalidArgument }
        return try folder(at: components[...])
    }

    private func folder(at components: ArraySlice<String>) throws(Errno) -> Folder {
        var folder = try Folder(".", below: self)
        for component in components { folder = try Folder(component, below: folder) }
        return folder
    }

    /// Opens a regular file for reading; anything else is an error, and no pipe makes us wait.
    func file(at path: String) throws(Errno) -> FileDescriptor {
        let opened = try inParent(of: path) { parent, name in
            openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        }
        do throws(Errno) {
            let kind = try Self.status(opened).st_mode & S_IFMT
            if kind != S_IFREG { throw kind == S_IFDIR ? .isDirectory : .invalidArgument }
        } catch {
            close(opened)
            throw error
        }
        return FileDescriptor(rawValue: opened)
    }

    /// Makes a file that is not there yet, for us alone, and opens it for writing.
    func create(_ path: String) throws(Errno) -> FileDescriptor {
        let created = try inParent(of: path) { parent, name in
            openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        return FileDescriptor(rawValue: created)
    }

    /// Makes a folder that is not there yet, for us alone.
    func makeFolder(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in mkdirat(parent, name, 0o700) }
    }

    /// Gives what we made to somebody; a link is not followed.
    func give(_ path: String, to owner: FileOwner) throws(Errno) {
        _ = try inParent(of: path) { parent, name in
            fchownat(parent, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW)
        }
    }

    func give(to owner: FileOwner) throws(Errno) {
        guard fchown(descriptor, owner.user, owner.group) == 0 else { throw .last }
    }

    func remove(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in unlinkat(parent, name, 0) }
    }

    func removeFolder(_ path: String) throws(Errno) {
        _ = try inParent(of: path) { parent, name in unlinkat(parent, name, AT_REMOVEDIR) }
    }

    /// Does a call that takes the descriptor of a folder and a name in it, and returns less than zero when it failed.
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

/// Who is to own a file or folder, when not the one who makes it.
package struct FileOwner: Equatable, Sendable {
    /// As getuid(2) numbers it.
    package var user: UInt32
    /// As getgid(2) numbers it.
    package var group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
