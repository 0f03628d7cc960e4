/// A row of `/proc/net/ip_vs_conn` or `ip_vs_conn_sync` (net/netfilter/ipvs/ip_vs_conn.c): a protocol, three times an address and a port, a
/// state, and what follows.
enum ConnectionRow {
    /// - Returns: nil if it is another one.
    static func rewritten(_ row: [UInt8], by anonymizer: Anonymizer) -> [UInt8]? {
        var out = row
        let words = Words.ranges(row)
        guard words.count >= 8 else { return nil }
        for place in [1, 3, 5] {
            guard let mapped = address(Array(row[words[place]]), anonymizer) else { return nil }
            out.replaceSubrange(words[place], with: mapped)
        }
        for place in [2, 4, 6] where row[words[place]].count != 4 { return nil }
        // A number; in the other file the origin is before it. Then a persistence engine and its data, to the end, whatever they are.
        let isNumber = { (place: Int) in
            words.indices.contains(place)
                && row[words[place]].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        let expires = isNumber(8) ? 8 : 9
        guard isNumber(expires) else { return nil }
        guard words.count > expires + 2 else { return words.count == expires + 1 ? out : nil }
        let data = words[expires + 2].lowerBound..<row.count
        out.replaceSubrange(data, with: anonymizer.mapped(text: Array(row[data])))
        return out
    }

    /// `0A000001`, `2001:0db8:0000:0000:0000:0000:0000:0001`
    private static func address(_ text: [UInt8], _ anonymizer: Anonymizer) -> [UInt8]? {
        if text.count == 8 {
            return Words.number(text).map { number in
                Words.digits(UInt128(anonymizer.mapped(ipv4: UInt32(truncatingIfNeeded: number))), 8, upper: true)
            }
        }
        guard text.count == 39 else { return nil }
        let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count == 8, groups.allSatisfy({ $0.count == 4 }), let number = Words.number(groups.flatMap(\.self))
        else { return nil }
        let digits = Words.digits(anonymizer.mapped(ipv6: number), 32, upper: false)
        return Array(
            stride(from: 0, to: 32, by: 4).map { digits[$0..<$0 + 4] }.joined(separator: [UInt8(ascii: ":")]))
    }
}

/// A row of `/proc/net/raw` or `raw6` (net/ipv4/raw.c, `raw_sock_seq_show`; net/ipv6/datagram.c, `__ip6_dgram_sock_seq_show`): a number,
/// two addresses in words of this machine's byte order, each with a port, and numbers.
enum SocketRow {
    static func rewritten(_ row: [UInt8], by anonymizer: Anonymizer) -> [UInt8]? {
        var out = row
        let words = Words.ranges(row)
        if words.isEmpty { return row }
        guard words.count >= 4 else { return nil }
        for place in [1, 2] {
            let parts = row[words[place]].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, let mapped = address(Array(parts[0]), anonymizer) else { return nil }
            out.replaceSubrange(words[place].lowerBound..<words[place].lowerBound + parts[0].count, with: mapped)
        }
        return out
    }

    private static func address(_ text: [UInt8], _ anonymizer: Anonymizer) -> [UInt8]? {
        guard text.count == 8 || text.count == 32 else { return nil }
        var address: UInt128 = 0
        for start in stride(from: 0, to: text.count, by: 8) {
            guard let word = Words.number(Array(text[start..<start + 8])) else { return nil }
            address = address << 32 | UInt128(UInt32(bigEndian: UInt32(truncatingIfNeeded: word)))
        }
        let mapped =
            text.count == 8
            ? UInt128(anonymizer.mapped(ipv4: UInt32(truncatingIfNeeded: address))) : anonymizer.mapped(ipv6: address)
        return stride(from: text.count * 4 - 32, through: 0, by: -32).flatMap { shift in
            Words.digits(
                UInt128(UInt32(truncatingIfNeeded: mapped >> UInt128(shift)).bigEndian), 8, upper: true)
        }
    }
}

/// Words of a row, and hexadecimal numbers.
enum Words {
    /// Separated by blanks.
    static func ranges(_ row: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start: Int?
        for (place, byte) in row.enumerated() {
            if byte == UInt8(ascii: " ") {
                if let begin = start { found.append(begin..<place) }
                start = nil
            } else if start == nil {
                start = place
            }
        }
        if let begin = start { found.append(begin..<row.count) }
        return found
    }

    /// At most 32 digits.
    static func number(_ digits: [UInt8]) -> UInt128? {
        guard (1...32).contains(digits.count) else { return nil }
        var number: UInt128 = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            number = number << 4 | UInt128(value)
        }
        return number
    }

    static func digits(_ number: UInt128, _ count: Int, upper isUpper: Bool) -> [UInt8] {
        let alphabet = Array((isUpper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        return (0..<count).map { alphabet[Int(truncatingIfNeeded: number >> UInt128(4 * (count - 1 - $0)) & 15)] }
    }
}
