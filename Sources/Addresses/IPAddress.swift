import Glibc

/// An IPv4 or IPv6 address: a number with its family, cheap to compare and hash.
public struct IPAddress: Hashable, Sendable {
    /// The address family; `rawValue` is a number of this program, not an `AF_*` one.
    public enum Family: UInt8, Sendable, Comparable {
        case ipv4, ipv6

        /// IPv4 before IPv6.
        public static func < (left: Family, right: Family) -> Bool { left.rawValue < right.rawValue }
    }

    /// The upper half of an IPv6 address as a number; 0 for IPv4.
    public let high: UInt64
    /// The lower half of an IPv6 address as a number, or the whole IPv4 address.
    public let low: UInt64
    /// After the numbers, so that a port fits into the padding: there may be a million connections in memory.
    public let family: Family

    /// `number` is in host order: 10.0.0.1 is `0x0A000001`.
    @inlinable
    public init(ipv4 number: UInt32) {
        family = .ipv4
        high = 0
        low = UInt64(number)
    }

    /// Both halves are in host order: 2001:db8::1 is `0x2001_0db8_0000_0000`, `1`.
    @inlinable
    public init(ipv6High high: UInt64, low: UInt64) {
        family = .ipv6
        self.high = high
        self.low = low
    }

    @inlinable
    public static func == (left: IPAddress, right: IPAddress) -> Bool {
        left.low == right.low && left.high == right.high && left.family == right.family
    }

    /// Reads what inet_pton(3) reads: dotted quads and IPv6 text, without brackets, port or zone.
    public init?(_ text: String) {
        // inet_pton(3) would stop at a NUL and accept what precedes it.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let halves = withUnsafeBytes(of: &six) {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(ipv6High: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
        } else {
            return nil
        }
    }

    /// Address length in bits: 32 or 128.
    public var bitWidth: Int { family == .ipv4 ? 32 : 128 }

    /// The address in network byte order: 4 or 16 bytes.
    public var networkBytes: [UInt8] {
        let halves = [high.bigEndian, low.bigEndian].withUnsafeBytes(Array.init)
        return family == .ipv4 ? Array(halves.suffix(4)) : halves
    }
}

extension IPAddress: CustomStringConvertible {
    /// Canonical text as inet_ntop(3) writes it (RFC 5952 for IPv6), without brackets.
    public var description: String { withText { String(decoding: $0, as: UTF8.self) } }

    /// The same text, borrowed for the call.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let isWritten = text.withMemoryRebound(to: CChar.self) { text in
                guard let base = text.baseAddress else { return false }
                var halves = (high.bigEndian, low.bigEndian)
                var four = UInt32(truncatingIfNeeded: low).bigEndian
                let written =
                    family == .ipv4
                    ? inet_ntop(AF_INET, &four, base, socklen_t(text.count))
                    : inet_ntop(AF_INET6, &halves, base, socklen_t(text.count))
                return written != nil
            }
            let length = isWritten ? text.firstIndex(of: 0) ?? 0 : 0
            return body(UnsafeBufferPointer(rebasing: text.prefix(length)))
        }
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by the address as a number.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family, left.high, left.low) < (right.family, right.high, right.low)
    }
}

extension FixedWidthInteger {
    /// Reads decimal digits only: `Int("+8")` would accept the sign.
    package init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(text)
    }
}
