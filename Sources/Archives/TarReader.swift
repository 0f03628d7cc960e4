import CArchive
import Glibc
import SystemPackage

/// Reads a tar archive from its beginning to its end, uncompressed or compressed by gzip or zstd. Nothing is written to the file system,
/// and memory does not grow with the archive, whatever is in it.
///
/// It may not be used after an error. Not thread-safe.
package final class TarReader {
    package struct Member {
        package enum Kind: Equatable {
            case file
            case folder
            /// Anything else, in words: `a link`.
            case other(String)
        }

        /// As it is in the archive.
        package let name: String
        package let kind: Kind
        /// Of its content, in bytes, with the holes of a sparse file.
        package let size: Int64
    }

    /// Between two contents: headers, long names, attributes, the map of a sparse file, which libarchive keeps in memory. Those of ordinary
    /// archives take a few hundred bytes.
    static let longestHeader: Int64 = 1 << 20

    private let compressed: Unpacker
    private let pieces: DescriptorPieces
    private let tar: ArchiveInput
    private let meter: Meter

    /// The unpacked bytes, counted as they come.
    private final class Meter {
        let most: Int64
        let progress: (Int64) -> Void
        var total: Int64 = 0
        /// Of what comes between two contents.
        var header: Int64 = 0
        var isInHeader = false

        init(_ most: Int64, _ progress: @escaping (Int64) -> Void) {
            self.most = most
            self.progress = progress
        }

        func count(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
            let count = Int64(bytes.count)
            total += count
            if isInHeader { header += count }
            if total > most { throw .tooLarge }
            progress(total)
        }
    }

    /// - Parameters:
    ///   - descriptor: stays open, and must outlive this. A pipe is waited for.
    ///   - most: how many bytes the archive may have, uncompressed.
    ///   - progress: gets how many have come.
    /// - Throws: `.unavailable` where there is no libarchive.
    package init(
        _ descriptor: FileDescriptor, atMost most: Int64, progress: @escaping (Int64) -> Void = { _ in }
    ) throws(ArchiveError) {
        let pieces = DescriptorPieces(descriptor)
        let compressed = try Self.decompressed(pieces)
        let meter = Meter(most, progress)
        self.pieces = pieces
        self.compressed = compressed
        self.meter = meter
        tar = try ArchiveInput(
            { () throws(ArchiveError) in
                // Before the next piece: one may have the end of a content, and a header.
                if meter.header > Self.longestHeader { throw .damaged("it has more than 1 MiB between two files") }
                guard let bytes = try compressed.next() else { return UnsafeRawBufferPointer(start: nil, count: 0) }
                try meter.count(bytes)
                return bytes
            }, enable: [carchive_read_support_format_tar])
    }

    private static func decompressed(_ pieces: DescriptorPieces) throws(ArchiveError) -> Unpacker {
        do throws(ArchiveError) { return try Unpacker(pieces.next) } catch .unknown where pieces.isEmpty {
            throw .empty
        }
    }

    /// The next member; nil at the end. The content of the one before should have been read, unless it has none.
    package func next() throws(ArchiveError) -> Member? {
        (meter.header, meter.isInHeader) = (0, true)
        defer { meter.isInHeader = false }
        guard let entry = try tar.next() else { return nil }
        guard let name = carchive_entry_pathname_utf8(entry) ?? carchive_entry_pathname(entry) else {
            throw .damaged("it has a file without a name")
        }
        return Member(
            name: String(cString: name), kind: Self.kind(of: entry), size: max(0, carchive_entry_size(entry)))
    }

    private static func kind(of entry: OpaquePointer) -> Member.Kind {
        if carchive_entry_hardlink(entry) != nil || carchive_entry_hardlink_utf8(entry) != nil {
            return .other("a hard link")
        }
        switch carchive_entry_filetype(entry) & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .other("a symbolic link")
        case S_IFIFO: return .other("a FIFO")
        case S_IFCHR, S_IFBLK: return .other("a device")
        default: return .other("no file")
        }
    }

    /// Reads the content of the member that `next` gave.
    ///
    /// - Parameter receive: gets bytes, and where in the content they belong. What it does not get is zeros.
    /// - Throws: also if there are more than the member's size.
    package func content(
        of member: Member, _ receive: (UnsafeRawBufferPointer, Int64) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        while true {
            guard let block = try tar.block() else { return }
            if block.bytes.isEmpty { continue }
            guard block.offset >= 0, block.offset <= member.size,
                Int64(block.bytes.count) <= member.size - block.offset
            else { throw .damaged("a file has more bytes than its size") }
            try receive(block.bytes, block.offset)
        }
    }

    /// Reads the rest, once `next` has given nil.
    ///
    /// - Throws: `.damaged` if the mark of the end is missing, as in one that was cut between two files, or if there is something behind it.
    package func finish() throws(ArchiveError) {
        try tar.finish()
        // By POSIX two blocks; GNU's tar is content with one.
        guard tar.zeros >= 512 else { throw .damaged("it was cut: the mark of its end is missing") }
        try compressed.finish()
    }
}
