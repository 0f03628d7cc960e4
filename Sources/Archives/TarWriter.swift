import CArchive
import Glibc

/// Writes a tar archive, uncompressed. It may not be used after an error. Not thread-safe.
package final class TarWriter {
    private let output: ArchiveOutput
    private let modified: time_t

    /// - Parameters:
    ///   - modified: the time of every member, in seconds since 1970.
    ///   - sink: takes the bytes; it handles its own errors.
    /// - Throws: `.unavailable` where there is no libarchive.
    package init(modified: Int64, _ sink: @escaping (RawSpan) -> Void) throws(ArchiveError) {
        // As POSIX has it since 1988, with what came in 2001 only for what needs it: a long name.
        output = try ArchiveOutput(sink, configure: [carchive_write_set_format_pax_restricted])
        self.modified = time_t(modified)
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
        try content(output.write)
    }

    private func add(_ name: String, _ type: UInt32, _ mode: mode_t, _ size: Int64) throws(ArchiveError) {
        try output.begin { entry in
            carchive_entry_set_pathname(entry, name)
            carchive_entry_set_filetype(entry, type)
            carchive_entry_set_perm(entry, mode)
            carchive_entry_set_size(entry, size)
            carchive_entry_set_mtime(entry, modified, 0)
        }
    }

    /// Writes the end. Without it the archive is incomplete.
    package func finish() throws(ArchiveError) { try output.finish() }
}
