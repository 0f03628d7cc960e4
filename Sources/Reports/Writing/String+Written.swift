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
