import Conntrack

extension Entry {
    /// What a column of `dump` shows of the entry.
    public func cell(_ column: EntryTable.Column) -> String {
        String(writing: 256) { $0.appendCell(column, self) }
    }
}

extension Moment {
    /// RFC 3339 in UTC.
    public var text: String { String(writing: 32) { $0.append(self) } }

    /// `04:00:00.123456`, on clocks that are `offset` seconds ahead of UTC.
    public func clockText(ahead offset: Int) -> String {
        String(writing: 32) { $0.append(clockOf: self, offset: offset) }
    }
}

extension String {
    /// What `write` puts into a buffer. For what is read by eyes, a few times a second: it is not fast.
    init(writing size: Int, _ write: (inout ByteBuffer) -> Void) {
        var text = ""
        var bytes = ByteBuffer(pieceSize: size) { piece in
            text += String(
                decoding: (0..<piece.byteCount).map { piece.unsafeLoad(fromByteOffset: $0, as: UInt8.self) },
                as: UTF8.self)
        }
        write(&bytes)
        bytes.flush()
        self = text
    }
}
