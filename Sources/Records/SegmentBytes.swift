import Archives
import Netlink
import SystemPackage

/// The bytes of a segment, unpacked if need be, as a stream and in constant memory. It may not be used after an error.
final class SegmentBytes {
    /// Those of the file.
    private final class Stored {
        private let pieces: DescriptorPieces
        private var first: UnsafeRawBufferPointer?
        private(set) var count = 0
        private(set) var sum = CRC32()

        init(_ descriptor: FileDescriptor) { pieces = DescriptorPieces(descriptor, size: 256 << 10) }

        func compression() throws(ArchiveError) -> Compression? {
            let first = try pieces.next(atLeast: Compression.longestMagic)
            self.first = first
            return Compression(firstBytes: first)
        }

        func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
            let piece = if let first { first } else { try pieces.next() }
            first = nil
            count += piece.count
            sum.take(piece.bytes)
            return piece
        }
    }

    private let stored: Stored
    private let unpacker: Unpacker?
    private let most: Int
    /// How many have come.
    private(set) var count = 0

    /// - Parameters:
    ///   - descriptor: stays open. A pipe is waited for.
    ///   - most: how many bytes a compressed one may have, unpacked.
    init(_ descriptor: FileDescriptor, atMost most: Int) throws(ArchiveError) {
        let stored = Stored(descriptor)
        let isCompressed = try stored.compression() != nil
        self.stored = stored
        self.most = isCompressed ? most : .max
        unpacker = isCompressed ? try Unpacker(stored.next) : nil
    }

    /// The next ones, which stay valid until this is called again; nil at the end.
    ///
    /// - Throws: `.tooLarge`; `.damaged`, also for what is behind the end of what is compressed.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        guard let unpacker else {
            let piece = try stored.next()
            count += piece.count
            return piece.isEmpty ? nil : piece
        }
        guard let piece = try unpacker.next() else {
            try unpacker.finish()
            return nil
        }
        guard piece.count <= most - count else { throw .tooLarge }
        count += piece.count
        return piece
    }

    /// Of the file, as far as it has been read.
    var bytesOnDisk: Int { stored.count }
    /// The same.
    var checksum: UInt32 { stored.sum.value }
}

/// What the manifest says of a segment's content.
struct SegmentMeasure: Equatable {
    var lines = 0
    /// Uncompressed.
    var bytes = 0
    /// Of the file.
    var bytesOnDisk = 0
    /// Of the file.
    var checksum: UInt32 = 0

    init() {}

    /// Reads a segment's file from where its descriptor is.
    ///
    /// - Parameter damage: why it could not be read to its end, if so.
    init(_ descriptor: FileDescriptor, damage: inout ArchiveError?) {
        do throws(ArchiveError) {
            let content = try SegmentBytes(descriptor, atMost: RecordLimits.mostSegmentBytes)
            defer { (bytesOnDisk, checksum) = (content.bytesOnDisk, content.checksum) }
            while let piece = try content.next() { count(piece) }
        } catch { damage = error }
    }

    /// Counts the next uncompressed bytes.
    mutating func count(_ piece: UnsafeRawBufferPointer) {
        bytes += piece.count
        var newlines = 0
        for byte in piece where byte == UInt8(ascii: "\n") { newlines += 1 }
        lines += newlines
    }
}
