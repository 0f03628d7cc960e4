import CArchive
import Glibc
import SystemPackage

/// A handle of libarchive that writes: one format, and what takes its bytes. It may not be used after an error.
final class ArchiveOutput {
    /// Takes the next bytes.
    typealias Sink = (RawSpan) throws(ArchiveError) -> Void

    private let handle: OpaquePointer
    private let sink: Sink
    /// The sink's error, which libarchive cannot carry.
    private var failure: ArchiveError?

    /// - Parameter configure: sets the format and filters.
    /// - Throws: `.unavailable` where there is no libarchive, or it was built without one of them.
    init(_ sink: @escaping Sink, configure: [(OpaquePointer) -> CInt]) throws(ArchiveError) {
        if let why = carchive_load() { throw .unavailable(String(cString: why)) }
        guard let handle = carchive_write_new() else { throw .failed(.noMemory) }
        self.handle = handle
        self.sink = sink
        // A warning: it would run a program in place of a library that it was built without.
        guard configure.allSatisfy({ $0(handle) == ARCHIVE_OK }) else {
            throw .unavailable(Self.message(of: handle) ?? "libarchive was built without it")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let status = carchive_write_open(
            handle, context, nil,
            { _, context, bytes, count in
                guard let context, let bytes else { return -1 }
                let piece = UnsafeRawBufferPointer(start: bytes, count: count)
                return Unmanaged<ArchiveOutput>.fromOpaque(context).takeUnretainedValue().give(piece) ? count : -1
            }, nil)
        try check(status)
    }

    deinit {
        // Otherwise one that was not finished would get its end now.
        carchive_write_fail(handle)
        carchive_write_free(handle)
    }

    private func give(_ piece: UnsafeRawBufferPointer) -> Bool {
        do throws(ArchiveError) { try sink(piece.bytes) } catch { failure = failure ?? error }
        return failure == nil
    }

    /// Begins an entry.
    ///
    /// - Parameter fill: says what it is: its name, type and so on.
    func begin(_ fill: (_ entry: OpaquePointer) -> Void) throws(ArchiveError) {
        guard let entry = carchive_entry_new() else { throw .failed(.noMemory) }
        defer { carchive_entry_free(entry) }
        fill(entry)
        try check(carchive_write_header(handle, entry))
    }

    /// Appends to the entry's content.
    func write(_ piece: RawSpan) throws(ArchiveError) {
        let written = piece.withUnsafeBytes { carchive_write_data(handle, $0.baseAddress, $0.count) }
        try check(written == piece.byteCount ? ARCHIVE_OK : ARCHIVE_FATAL)
    }

    /// Writes the end.
    func finish() throws(ArchiveError) { try check(carchive_write_close(handle)) }

    private func check(_ status: CInt) throws(ArchiveError) {
        if let failure { throw failure }
        if status == ARCHIVE_OK || status == ARCHIVE_WARN { return }
        throw .damaged(Self.message(of: handle) ?? "libarchive does not say why")
    }

    private static func message(of handle: OpaquePointer) -> String? {
        carchive_error_string(handle).map { String(cString: $0) }
    }
}
