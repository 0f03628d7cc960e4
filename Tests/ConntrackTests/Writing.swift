import Reports

/// The text that `write` leaves in a buffer.
func text(_ write: (inout ByteBuffer) throws -> Void) rethrows -> String {
    let gathered = Gathered()
    var buffer = ByteBuffer { gathered.bytes += $0.withUnsafeBytes(Array.init) }
    try write(&buffer)
    buffer.flush()
    return String(decoding: gathered.bytes, as: UTF8.self)
}

private final class Gathered {
    var bytes: [UInt8] = []
}
