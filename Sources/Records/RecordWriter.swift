import Addresses
import Archives
import Glibc
import Netlink
import SystemPackage

/// Writes records, which are lines, to a directory: to a segment that runs, in plain text, and is compressed when it ends.
///
/// Lines are written at once, so that a recorder that is killed loses none. They reach the disk when their segment ends, or when the kernel
/// writes them back: a power failure can lose the last half a minute. One recorder at a time may write to a directory. Not thread-safe.
package struct RecordWriter: ~Copyable {
    private let lock: DirectoryLock
    private let limits: RecordLimits
    private let header: (_ segment: Int) -> [UInt8]
    private var ended: EndedSegments
    private var running: RunningSegment?
    /// Of a segment that could not be ended as it should. Lines are written first.
    private var failure: KernelError?
    /// How many bytes of the lines that `append` got last have been written: all of them, unless it threw; then those of some whole lines.
    package private(set) var appended = 0

    /// Opens the directory, or makes it, accessible to its owner only. What an earlier recorder left there is ended: `append` throws what was
    /// wrong with that.
    ///
    /// - Parameters:
    ///   - path: of a directory that nobody else can write to; its parent must exist.
    ///   - compresses: whether segments are compressed when they end: by zstd, or by gzip where libarchive has no zstd.
    ///   - header: makes the first line of a segment, when it begins: as the first lines come after the one before has ended.
    /// - Throws: `.absent` if there is nothing to compress with; if another recorder writes to the directory; if it cannot be written to.
    package init(
        in path: String, _ limits: RecordLimits, compresses: Bool, header: @escaping (_ segment: Int) -> [UInt8]
    ) throws(KernelError) {
        let path = FilePath(path)
        var compression: Compression?
        if compresses {
            do throws(ArchiveError) { compression = try .best() } catch { throw RecordError.noCompression(path, error) }
        }
        let folder = try Self.open(path)
        let lock = try Self.lock(folder)
        var ended = EndedSegments(folder, limits, compression)
        failure = try ended.recover()
        self.lock = lock
        self.ended = ended
        (self.limits, self.header) = (limits, header)
    }

    private static func open(_ path: FilePath) throws(KernelError) -> Folder {
        do throws(Errno) {
            if path.isEmpty { throw .noSuchFileOrDirectory }
            if mkdir(path.string, 0o700) != 0, Errno.last != .fileExists { throw .last }
            let folder = try Folder(path.string)
            // Another user could change a directory of theirs under us, and have us write to what is not ours.
            if try folder.isOurs() { return folder }
        } catch { throw RecordError.writing(path, error) }
        throw RecordError.writing(path, .notPermitted, "another user owns it or can write to it")
    }

    private static func lock(_ folder: borrowing Folder) throws(KernelError) -> DirectoryLock {
        do throws(Errno) { return try DirectoryLock(in: folder) } catch .wouldBlock {
            throw KernelError(
                RecordError.purpose(folder.path), .failed, detail: "another recorder writes to it",
                nextStep: "stop that one, or give another directory")
        } catch { throw RecordError.writing(folder.path, error, "lock it") }
    }

    /// Appends lines to the segment that runs, after it has ended if it is due or they would make it too large; a line is never split.
    ///
    /// - Parameter lines: any number of them, each with its `\n`.
    /// - Throws: if they could not be written, or not all of them: `appended` tells how many bytes were, and the rest may be given again. Or,
    ///   after they were written, because a segment could not be ended, or an old one not removed; nothing is lost then.
    package mutating func append(_ lines: RawSpan, at now: Moment) throws(KernelError) {
        appended = 0
        endIfDue(at: now)
        try lines.withUnsafeBytes { bytes throws(KernelError) in
            guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
                throw KernelError(
                    RecordError.purpose(ended.folder.path), .invalid, detail: "the last line has no end")
            }
            while appended < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[appended...])
                try begin(at: now)
                let count = fitting(rest)
                if count == 0 { end() } else { try write(UnsafeRawBufferPointer(rebasing: rest[..<count]), at: now) }
            }
        }
        do throws(KernelError) { try ended.enforceLimits(runningBytes: runningBytes) } catch { note(error) }
        try report()
    }

    /// Ends the segment that runs, if it is old enough. To be called now and then while there is nothing to append.
    ///
    /// - Throws: as `append`.
    package mutating func rotateIfDue(at now: Moment) throws(KernelError) {
        endIfDue(at: now)
        try report()
    }

    /// Ends the segment that runs. Without it the next recorder does.
    ///
    /// - Throws: as `append`.
    package mutating func finish() throws(KernelError) {
        end()
        try report()
    }

    private var runningBytes: Int { running?.bytes ?? 0 }

    private mutating func endIfDue(at now: Moment) {
        if let age = running?.age(at: now), age >= limits.segmentAge { end() }
    }

    private mutating func end() {
        guard let segment = running else { return }
        running = nil
        do throws(KernelError) { try ended.end(segment) } catch { note(error) }
    }

    private mutating func note(_ error: KernelError) { failure = failure ?? error }

    private mutating func report() throws(KernelError) {
        guard let failure else { return }
        self.failure = nil
        throw failure
    }

    private mutating func begin(at now: Moment) throws(KernelError) {
        if running != nil { return }
        let name = SegmentName(number: ended.manifest.next, began: now)
        var header = header(name.number)
        if header.last != UInt8(ascii: "\n") { header.append(UInt8(ascii: "\n")) }
        do throws(Errno) {
            running = try RunningSegment(name, in: ended.folder, header: header, at: now)
        } catch { throw RecordError.writing(ended.folder.path, error) }
        ended.manifest.next += 1
    }

    private mutating func write(_ lines: UnsafeRawBufferPointer, at now: Moment) throws(KernelError) {
        let before = runningBytes
        defer { appended += runningBytes - before }
        do throws(Errno) { try running?.append(lines, at: now) } catch {
            throw RecordError.writing(ended.folder.path, error)
        }
    }

    /// How many bytes of these lines, of whole ones, still belong to the segment that runs. One with nothing but its header gets a line at least.
    private func fitting(_ lines: UnsafeRawBufferPointer) -> Int {
        let end = UInt8(ascii: "\n")
        let room = min(limits.segmentBytes, RecordLimits.mostSegmentBytes) - runningBytes
        if lines.count <= room { return lines.count }
        if let last = lines.prefix(max(0, room)).lastIndex(of: end) { return last + 1 }
        guard running?.hasOnlyHeader ?? false, let first = lines.firstIndex(of: end) else { return 0 }
        return first + 1
    }
}
