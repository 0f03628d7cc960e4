import CNetlink
import Netlink

/// `bpf/ip_vs_conn`: a magic number of eight bytes, then records (`ConnectionRecord`).
final class RecordContent: ContentRewriter {
    private let anonymizer: Anonymizer
    private var pending: [UInt8] = []
    private var hasBegun = false
    private var isUnderstood = true

    private static let magic = Array("cticonn1".utf8)

    init(_ anonymizer: Anonymizer) { self.anonymizer = anonymizer }

    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void) {
        guard isUnderstood else { return }
        pending.append(piece, 0..<piece.byteCount)
        var start = 0
        if !hasBegun {
            guard pending.count >= Self.magic.count else { return }
            (hasBegun, isUnderstood) = (true, pending.starts(with: Self.magic))
            start = Self.magic.count
        }
        while isUnderstood, let length = length(at: start), length <= pending.count - start {
            isUnderstood = rewrite(start..<start + length)
            start += length
        }
        let whole = Array(pending[..<start])
        if isUnderstood { write(whole.span.bytes) }
        pending.removeSubrange(..<start)
    }

    /// Of the record that begins there; nil if too little of it has arrived.
    private func length(at start: Int) -> Int? {
        guard start + 2 <= pending.count else { return nil }
        let length = Int(pending[start]) | Int(pending[start + 1]) << 8
        if length < ConnectionRecord.size || length % 8 != 0 { isUnderstood = false }
        return isUnderstood ? length : nil
    }

    /// - Returns: whether it is a record.
    private func rewrite(_ record: Range<Int>) -> Bool {
        let start = record.lowerBound
        let (family, other) = (
            pending[start + ConnectionRecord.family], pending[start + ConnectionRecord.destinationFamily]
        )
        for (place, family) in [
            (ConnectionRecord.client, family), (ConnectionRecord.virtual, family),
            (ConnectionRecord.destination, other),
        ] where !rewriteAddress(at: start + place, family) { return false }
        let name = Int(pending[start + ConnectionRecord.engineNameLength])
        let count = Int(pending[start + ConnectionRecord.engineDataLength])
        let data = start + ConnectionRecord.size + name..<start + ConnectionRecord.size + name + count
        guard data.upperBound <= record.upperBound else { return false }
        pending.replaceSubrange(data, with: anonymizer.mapped(text: Array(pending[data])))
        // Padding may have anything.
        pending.replaceSubrange(
            data.upperBound..<record.upperBound, with: repeatElement(0, count: record.upperBound - data.upperBound))
        return true
    }

    /// Of sixteen bytes, of which IPv4 uses the first four.
    private func rewriteAddress(at place: Int, _ family: UInt8) -> Bool {
        let bytes = pending[place..<place + 16]
        let used: [UInt8]
        switch Int32(family) {
        case AF_INET:
            let address = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            used = withUnsafeBytes(of: anonymizer.mapped(ipv4: address).bigEndian, Array.init)
        case AF_INET6:
            let address = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            used = withUnsafeBytes(of: anonymizer.mapped(ipv6: address).bigEndian, Array.init)
        default: return false
        }
        pending.replaceSubrange(place..<place + 16, with: used + [UInt8](repeating: 0, count: 16 - used.count))
        return true
    }

    func finish(_ write: (RawSpan) -> Void) -> String? {
        isUnderstood && hasBegun && pending.isEmpty
            ? nil : "left out by --anonymize: it has records of another layout"
    }
}
