import CArchive

/// Unpacks what is compressed by gzip or zstd, or not at all, as a stream and in constant memory. It may not be used after an error. Not
/// thread-safe.
package final class Unpacker {
    private let input: ArchiveInput

    /// - Parameter source: gives the next bytes, which stay valid until it is asked again; none at the end.
    /// - Throws: `.unavailable` where there is no libarchive; `.unknown` if there are no bytes.
    package init(_ source: @escaping () throws(ArchiveError) -> UnsafeRawBufferPointer) throws(ArchiveError) {
        // What is of no other format is what libarchive calls raw, unless there is nothing.
        input = try ArchiveInput(
            source,
            enable: [
                carchive_read_support_format_raw, carchive_read_support_filter_gzip, carchive_read_support_filter_zstd,
            ])
        // Each filter takes its memory.
        if input.filters > 1 { throw .damaged("it is compressed more than once") }
        _ = try input.next()
    }

    /// The next bytes, which stay valid until this is called again; nil at the end.
    package func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        // One without bytes is none.
        while let block = try input.block() { if !block.bytes.isEmpty { return block.bytes } }
        return nil
    }

    /// Reads what is behind the end.
    ///
    /// - Throws: `.damaged` if that is more than zeros.
    package func finish() throws(ArchiveError) { try input.finish() }
}
