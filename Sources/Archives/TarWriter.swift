import CArchive
import Glibc
import SystemPackage

/// Writes a tar archive, uncompressed. It may not be used after an error. Not thread-safe.
package final class TarWriter {
    private let handle: OpaquePointer
    private let sink: (RawSpan) -> Void
    private let modified: time_t

    /// - Parameters:
    ///   - modified: the time of every member, in seconds since 1970.
    ///   - sink: takes the bytes; it handles its own errors.
    /// - Throws: `.unavailable` where there is no libarchive.
    package init(modified: Int64, _ sink: @escaping (RawSpan) -> Void) throws(ArchiveError) {
        if let why = carchive_load() { throw .unavailable(String(cString: why)) }
        guard let handle = carchive_write_new() else { throw .failed(.noMemory) }
        self.handle = handle
        self.sink = sink
        self.modified = time_t(modified)
        // As POSIX has it since 1988, with what came in 2001 only for what needs it: a long name.
        try check(carchive_write_set_format_pax_restricted(handle))
        let context = Unmanaged.passUnretained(self).toOpaque()
        let status = carchive_write_open(
            handle, context, nil,
            { _, context, bytes, count in
                guard let context, let bytes else { return -1 }
                let writer = Unmanaged<TarWriter>.fromOpaque(context).takeUnretainedValue()
                writer.sink(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
                return count
            }, nil)
        try check(status)
    }

    deinit {
        // Otherwise one that was not finished would get its end now.
        carchive_write_fail(handle)
        carchive_write_free(handle)
    }

    /// A directory, for its owner only.
    package func addFolder(_ name: String) throws(ArchiveError) { try add(name, S_IFDIR, 0o700, 0) }

    /// A file, for its owner only.
    ///
    /// - Parameter content: gives exactly `size` bytes to the function that it gets.
    package func addFile(
        _ name: String, size: Int64, _ content: ((RawSpan) throws(ArchiveError) -> Void) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        try add(name, S_IFREG, 0o600, size)
        try content { piece throws(ArchiveError) in
            let written = piece.withUnsafeBytes { carchive_write_data(handle, $0.baseAddress, $0.count) }
            try check(written == piece.byteCount ? ARCHIVE_OK : ARCHIVE_FATAL)
        }
    }

    private func add(_ name: String, _ type: UInt32, _ mode: mode_t, _ size: Int64) throws(ArchiveError) {
        guard let entry = carchive_entry_new() else { throw .failed(.noMemory) }
        defer { carchive_entry_free(entry) }
        carchive_entry_set_pathname(entry, name)
        carchive_entry_set_filetype(entry, type)
        carchive_entry_set_perm(entry, mode)
        carchive_entry_set_size(entry, size)
        carchive_entry_set_mtime(entry, modified, 0)
        try check(carchive_write_header(handle, entry))
    }

    /// Writes the end. Without it the archive is incomplete.
    package func finish() throws(ArchiveError) { try check(carchive_write_close(handle)) }

    private func check(_ status: CInt) throws(ArchiveError) {
        if status == ARCHIVE_OK || status == ARCHIVE_WARN { return }
        throw .damaged(carchive_error_string(handle).map { String(cString: $0) } ?? "libarchive does not say why")
    }
}
