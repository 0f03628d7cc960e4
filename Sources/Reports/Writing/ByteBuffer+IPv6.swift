import Addresses

extension ByteBuffer {
    /// As written by inet_ntop(3), but without printf(3), which takes half a microsecond: a line of a dump has four.
    mutating func append(ipv6 address: IPAddress) {
        let gap = address.longestGap
        for index in 0..<8 where !gap.contains(index) || index == gap.lowerBound {
            if index == gap.lowerBound, !gap.isEmpty {
                append(":")
                continue
            }
            if index > 0 { append(":") }
            if index == 6, address.holdsIPv4(behind: gap) {
                return append(IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low)))
            }
            append(group: address.group(index))
        }
        if gap.upperBound == 8 { append(":") }
    }

    /// Without leading zeros.
    private mutating func append(group: UInt16) {
        reserve(4)
        if group >= 0x1000 { put(nibble: group >> 12) }
        if group >= 0x100 { put(nibble: group >> 8 & 0xF) }
        if group >= 0x10 { put(nibble: group >> 4 & 0xF) }
        put(nibble: group & 0xF)
    }

    /// Into reserved space.
    @inline(__always)
    private mutating func put(nibble: UInt16) {
        let digit = UInt8(truncatingIfNeeded: nibble)
        put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    }
}

extension IPAddress {
    fileprivate func group(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: index < 4 ? high >> UInt64(48 - 16 * index) : low >> UInt64(112 - 16 * index))
    }

    /// The first of the longest runs of at least two zero groups; empty if there is none.
    fileprivate var longestGap: Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            if group(index) != 0 {
                start = index + 1
            } else if index + 1 - start > max(longest.count, 1) {
                longest = start..<index + 1
            }
        }
        return longest
    }

    /// `::10.0.0.1` and `::ffff:10.0.0.1`, which end in IPv4 notation.
    fileprivate func holdsIPv4(behind gap: Range<Int>) -> Bool {
        gap == 0..<6 || gap == 0..<5 && group(5) == 0xFFFF
    }
}
