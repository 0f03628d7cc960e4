/// The state of a connection, by the name that IPVS has for it (`ESTABLISHED`, `SYN_RECV`, `UDP`). An open set: a word that no kernel so
/// far has printed stays as it is.
///
/// The name is kept as two numbers, as a million connections are copied and compared. /proc has eleven characters for it
/// (`ip_vs_conn_seq_show`, net/netfilter/ipvs/ip_vs_conn.c).
public struct ConnectionState: Hashable, Sendable {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    /// - Parameter word: of which the first sixteen bytes count.
    package init(_ word: String) {
        var halves: (low: UInt64, high: UInt64) = (0, 0)
        for (position, byte) in word.utf8.prefix(16).enumerated() {
            if position < 8 {
                halves.low |= UInt64(byte) << (8 * position)
            } else {
                halves.high |= UInt64(byte) << (8 * (position - 8))
            }
        }
        (low, high) = halves
    }

    @inlinable
    public static func == (left: ConnectionState, right: ConnectionState) -> Bool {
        left.low == right.low && left.high == right.high
    }

    /// `unknown(WORD)` for a word that the kernel is not known to print.
    package var name: String { ConnectionStates.names[self] ?? "unknown(\(word))" }

    var word: String {
        let bytes = [low, high].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) } }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension ConnectionState: ExpressibleByStringLiteral {
    /// As it is written in tables of the kernel's names.
    public init(stringLiteral name: String) { self.init(name) }
}
