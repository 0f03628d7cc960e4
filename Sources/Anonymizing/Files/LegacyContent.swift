import CNetlink
import Netlink

/// A table of iptables-legacy (`LegacyTableFile`): `struct ipt_getinfo`, then entries, each a condition, matches and one target.
final class LegacyContent: ContentRewriter {
    private let anonymizer: Anonymizer
    private let isIPv6: Bool
    private var bytes: [UInt8] = []
    private var isTooLarge = false

    init(_ anonymizer: Anonymizer, isIPv6: Bool) { (self.anonymizer, self.isIPv6) = (anonymizer, isIPv6) }

    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void) {
        isTooLarge = isTooLarge || piece.byteCount > LegacyTableFile.most - bytes.count
        if !isTooLarge { bytes.append(piece, 0..<piece.byteCount) }
    }

    func finish(_ write: (RawSpan) -> Void) -> String? {
        if isTooLarge { return "left out by --anonymize: it is too large" }
        let isUnderstood = anonymizer.withRewriter("tables of iptables-legacy") { rewriter in
            var offset = LegacyTableFile.infoSize
            guard bytes.count >= offset else { return false }
            while offset < bytes.count {
                guard let end = rewriteEntry(at: offset, &rewriter) else { return false }
                offset = end
            }
            return true
        }
        guard isUnderstood else { return "left out by --anonymize: a rule in it is not understood" }
        let whole = bytes
        write(whole.span.bytes)
        return nil
    }

    private func number(_ place: Int) -> Int? {
        guard place >= 0, place + 2 <= bytes.count else { return nil }
        return Int(bytes[place]) | Int(bytes[place + 1]) << 8
    }

    /// - Returns: where the next one begins; nil if this one is not understood.
    private func rewriteEntry(at start: Int, _ rewriter: inout AttributeRewriter) -> Int? {
        let (offsets, size) =
            isIPv6
            ? (MemoryLayout<ip6t_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ip6t_entry>.size)
            : (MemoryLayout<ipt_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ipt_entry>.size)
        let least = MemoryLayout<xt_entry_target>.size
        guard let target = number(start + offsets), let next = number(start + offsets + 2), target >= size,
            next >= target + least, start + next <= bytes.count, rewriteCondition(at: start, &rewriter)
        else { return nil }
        var place = start + size
        while place < start + target {
            guard let size = number(place), size >= least, place + size <= start + target else { return nil }
            rewriteModule(place..<place + size, isTarget: false, &rewriter)
            place += size
        }
        rewriteModule(start + target..<start + next, isTarget: true, &rewriter)
        return start + next
    }

    /// `struct ipt_ip`, `ip6t_ip6`: two addresses, their masks, two names, their masks.
    private func rewriteCondition(at start: Int, _ rewriter: inout AttributeRewriter) -> Bool {
        let length = isIPv6 ? 16 : 4
        for place in [start, start + length] {
            let address = Array(bytes[place..<place + length])
            let mask = Array(bytes[place + 2 * length..<place + 3 * length])
            guard let mapped = rewriter.masked(address, mask) else { return false }
            bytes.replaceSubrange(place..<place + length, with: mapped)
        }
        let names = start + 4 * length
        return rewriter.replaceInterface(in: &bytes, at: names, mask: names + 32)
            && rewriter.replaceInterface(in: &bytes, at: names + 16, mask: names + 48)
    }

    /// `struct xt_entry_match`, `xt_entry_target`: a size, a name, a revision, data. One that is not understood gets a name that no kernel
    /// has, and no data.
    private func rewriteModule(_ range: Range<Int>, isTarget: Bool, _ rewriter: inout AttributeRewriter) {
        let name = range.lowerBound + 2..<range.lowerBound + 2 + Int(XT_EXTENSION_MAXNAMELEN)
        let data = range.lowerBound + MemoryLayout<xt_entry_target>.size..<range.upperBound
        let text = String(decoding: bytes[name].prefix { $0 != 0 }, as: UTF8.self)
        let mapped = rewriter.module(
            text, revision: UInt32(bytes[name.upperBound]), isTarget: isTarget, Array(bytes[data]))
        if let mapped, mapped.count == data.count { return bytes.replaceSubrange(data, with: mapped) }
        rewriter.leaveOut("\(isTarget ? "target" : "match") \(text.filter { $0.isASCII && $0.isLetter })")
        let withheld = Array(Expression.withheld.name.utf8)
        bytes.replaceSubrange(name, with: withheld + [UInt8](repeating: 0, count: name.count - withheld.count))
        bytes.replaceSubrange(data, with: repeatElement(0, count: data.count))
    }
}
