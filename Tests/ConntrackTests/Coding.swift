import Conntrack
import Netlink
import Reports
import Testing

/// The entry in the first message of `datagram`.
func decode(_ datagram: [UInt8]) throws -> Entry {
    var cursor = MessageCursor()
    let message = try #require(try cursor.next(in: datagram.span.bytes))
    return try Entry(message, in: datagram.span.bytes)
}

func decodeExpectation(_ datagram: [UInt8]) throws -> Conntrack.Expectation {
    var cursor = MessageCursor()
    let message = try #require(try cursor.next(in: datagram.span.bytes))
    return try Conntrack.Expectation(message, in: datagram.span.bytes)
}

/// A message of ctnetlink that holds `attributes`.
func message(family: UInt8 = 2, _ attributes: [UInt8]) -> [UInt8] {
    let length = UInt32(20 + attributes.count)
    return withUnsafeBytes(of: length, Array.init) + [0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, family, 0, 0, 0] + attributes
}

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
