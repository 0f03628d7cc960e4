import Addresses
import Glibc
import Netlink
import SystemPackage

/// The segment that is being written: a plain file, to whose end whole lines are written at once. So however we end, only its last line can be
/// incomplete. Not thread-safe.
final class RunningSegment {
    let name: SegmentName
    let descriptor: FileDescriptor
    /// Of its whole lines.
    private(set) var bytes = 0
    /// Of these, the header's.
    private(set) var headerBytes = 0
    /// When its first and its last lines were written.
    private(set) var from: Moment
    private(set) var to: Moment
    /// Whether there may be a part of a line behind the whole ones.
    private var isCut = false

    /// Makes its file, with nothing but the header.
    ///
    /// - Throws: then nothing is left of it.
    init(_ name: SegmentName, in folder: borrowing Folder, header: [UInt8], at now: Moment) throws(Errno) {
        descriptor = try folder.create(name.text, appending: true)
        self.name = name
        (from, to) = (now, now)
        do throws(Errno) {
            try header.span.bytes.withUnsafeBytes { lines throws(Errno) in try append(lines, at: now) }
            headerBytes = bytes
            // Otherwise it may be gone after a power failure, whatever was written to it.
            try folder.sync()
        } catch {
            try? folder.remove(name.text)
            throw error
        }
    }

    /// Takes over what is left of a recorder that was killed: its whole lines.
    ///
    /// - Returns: nil if there are none; then the file is removed.
    init?(leftAs name: SegmentName, in folder: borrowing Folder) throws(Errno) {
        descriptor = try folder.file(at: name.text, appending: true)
        self.name = name
        (from, to) = (name.began, name.began)
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw .last }
        to = Moment(nanoseconds: max(name.began.nanoseconds, Moment(modified: status).nanoseconds))
        bytes = try Self.wholeLines(descriptor, Int(status.st_size))
        if bytes == 0 {
            try folder.remove(name.text)
            return nil
        }
        isCut = bytes < Int(status.st_size)
    }

    deinit { try? descriptor.close() }

    var hasOnlyHeader: Bool { bytes == headerBytes }

    /// After a clock was set back the age is counted from then on, as otherwise the segment would never end.
    func age(at now: Moment) -> Duration {
        if now.nanoseconds < from.nanoseconds { from = now }
        return .nanoseconds(Int64(clamping: now.nanoseconds - from.nanoseconds))
    }

    /// Appends whole lines.
    ///
    /// - Throws: then `bytes` tells how many were written, all of whole lines.
    func append(_ lines: UnsafeRawBufferPointer, at now: Moment) throws(Errno) {
        try cut()
        var written = 0
        while written < lines.count {
            let rest = UnsafeRawBufferPointer(rebasing: lines[written...])
            let count = write(descriptor.rawValue, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
                continue
            }
            let failure = count == 0 ? Errno.noSpace : .last
            if failure == .interrupted { continue }
            let whole = lines[..<written].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            if whole > 0 { to = now }
            bytes += whole
            isCut = written > whole
            // If that fails, too, it is done before anything else is written.
            try? cut()
            throw failure
        }
        bytes += written
        to = now
    }

    /// Removes a part of a line behind the whole ones.
    private func cut() throws(Errno) {
        while isCut {
            if ftruncate(descriptor.rawValue, off_t(bytes)) == 0 {
                isCut = false
            } else if Errno.last != .interrupted {
                throw .last
            }
        }
    }

    /// Waits until it is on the disk, and goes back to its beginning, for reading.
    func finish() throws(Errno) {
        try cut()
        try ReplacingFile.synchronize(descriptor)
        guard lseek(descriptor.rawValue, 0, SEEK_SET) == 0 else { throw .last }
    }

    /// How many bytes the whole lines have in a file of this size.
    private static func wholeLines(_ file: FileDescriptor, _ size: Int) throws(Errno) -> Int {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var end = size
        do {
            while end > 0 {
                let start = max(0, end - buffer.count)
                let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(end - start)])
                let count = try file.read(fromAbsoluteOffset: Int64(start), into: wanted)
                // Somebody else has made it shorter.
                guard count == wanted.count else { throw Errno.ioError }
                if let last = wanted.lastIndex(of: UInt8(ascii: "\n")) { return start + last + 1 }
                end = start
            }
        } catch { throw error as? Errno ?? .ioError }
        return 0
    }
}

extension Moment {
    /// When a file was written last; 1970 if that was before.
    init(modified status: stat) {
        let (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        self.init(nanoseconds: UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000).partialValue)
        self.nanoseconds &+= UInt64(clamping: nanoseconds)
    }
}
