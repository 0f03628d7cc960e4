import Netlink

/// Entries kept as the kernel encoded them: about 200 bytes instead of a decoded entry's 500, with everything that was in the message.
package struct EntryArchive: Sendable {
    /// The position of a message.
    package struct Location: Sendable {
        fileprivate var chunk: UInt32
        fileprivate var offset: UInt32
        fileprivate var count: UInt32
    }

    /// Chunks, so that growing copies nothing.
    private var chunks: [[UInt8]] = []
    private static let chunkSize = 1 << 20

    package init() {}

    /// Copies a whole netlink message, header included.
    package mutating func keep(_ message: RawSpan) -> Location {
        let count = message.byteCount
        if chunks.last.map({ $0.capacity - $0.count < count }) ?? true {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(max(Self.chunkSize, count))
        }
        let chunk = chunks.count - 1
        let offset = chunks[chunk].count
        message.withUnsafeBytes { chunks[chunk].append(contentsOf: $0) }
        return Location(chunk: UInt32(chunk), offset: UInt32(offset), count: UInt32(count))
    }

    /// The entry at a location; nil if it is not in this archive.
    package func entry(at location: Location) -> Entry? {
        guard chunks.indices.contains(Int(location.chunk)) else { return nil }
        let chunk = chunks[Int(location.chunk)]
        let (start, end) = (Int(location.offset), Int(location.offset) + Int(location.count))
        guard end <= chunk.count else { return nil }
        let bytes = chunk.span.bytes.extracting(start..<end)
        var cursor = MessageCursor()
        // It was decoded before it was kept.
        guard let message = try? cursor.next(in: bytes) else { return nil }
        return try? Entry(message, in: bytes)
    }
}
