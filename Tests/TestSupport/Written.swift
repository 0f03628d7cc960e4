/// The text written to a sink.
package func written(_ write: (@escaping (RawSpan) -> Void) -> Void) -> String {
    final class Box { var bytes: [UInt8] = [] }
    let box = Box()
    write { piece in
        for offset in 0..<piece.byteCount { box.bytes.append(piece.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
    }
    return String(decoding: box.bytes, as: UTF8.self)
}
