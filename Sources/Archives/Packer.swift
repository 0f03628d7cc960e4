import CArchive
import Glibc

/// Compresses bytes, as a stream and in constant memory, into what zstd(1) or gzip(1) unpack. It may not be used after an error. Not
/// thread-safe.
package final class Packer {
    private let output: ArchiveOutput

    /// - Parameter sink: takes the compressed bytes; its error is that of the call in which it was thrown.
    /// - Throws: `.unavailable` where there is no libarchive, or it was built without this compression.
    package init(
        _ compression: Compression, _ sink: @escaping (RawSpan) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        output = try ArchiveOutput(
            sink,
            configure: [
                carchive_write_set_format_raw, compression.filter,
                { carchive_write_set_bytes_per_block($0, 64 << 10) },
                // Otherwise it is padded with zeros, as a tape needs it.
                { carchive_write_set_bytes_in_last_block($0, 1) },
            ])
        try output.begin { carchive_entry_set_filetype($0, S_IFREG) }
    }

    package func write(_ bytes: RawSpan) throws(ArchiveError) { try output.write(bytes) }

    /// Writes the end. Without it what was written is incomplete.
    package func finish() throws(ArchiveError) { try output.finish() }
}
