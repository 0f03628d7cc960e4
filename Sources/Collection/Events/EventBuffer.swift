import Addresses
import Conntrack

/// Events that arrived while a dump was read, as raw bytes with the time of arrival.
///
/// Bounded: what does not fit stays in the socket's buffer, and if that overruns the loss is reported like any other.
struct EventBuffer {
    private var pieces: [Piece] = []

    private struct Piece {
        var bytes: [UInt8] = []
        var datagrams: [(end: Int, received: Moment)] = []
    }

    private static let pieceSize = 1 << 20
    private static let mostPieces = 512

    /// 512 MiB, about two and a half million events.
    var isFull: Bool { pieces.count >= Self.mostPieces }

    mutating func add(_ datagram: RawSpan, receivedAt received: Moment) {
        if pieces.last.map({ $0.bytes.count + datagram.byteCount > Self.pieceSize }) ?? true {
            pieces.append(Piece())
            pieces[pieces.count - 1].bytes.reserveCapacity(Self.pieceSize)
        }
        let last = pieces.count - 1
        datagram.withUnsafeBytes { pieces[last].bytes.append(contentsOf: $0) }
        pieces[last].datagrams.append((pieces[last].bytes.count, received))
    }

    /// Passes on and discards everything held, in order of arrival.
    mutating func empty(_ receive: (RawSpan, Moment) -> Void) {
        let held = pieces
        pieces = []
        for piece in held {
            var start = 0
            for datagram in piece.datagrams {
                receive(piece.bytes.span.bytes.extracting(start..<datagram.end), datagram.received)
                start = datagram.end
            }
        }
    }
}
