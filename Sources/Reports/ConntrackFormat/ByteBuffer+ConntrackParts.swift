import Addresses
import Conntrack
import func Glibc.ctime_r

/// Common parts of entry and expectation lines.
extension ByteBuffer {
    /// Before an event: ` [UPDATE] `.
    mutating func appendHeading(_ event: ConntrackFormat.Event) {
        if let received = event.received {
            append("[")
            append(decimal: received.seconds, digits: 8)
            append(".")
            append(decimal: received.microseconds, digits: 6)
            append("]\t")
        }
        appendKind(event.kind)
    }

    mutating func appendKind(_ kind: EventKind?) {
        switch kind {
        case .new: append("    [NEW] ")
        case .update: append(" [UPDATE] ")
        case .destroy: append("[DESTROY] ")
        case nil: break
        }
    }

    /// After an event caused by a program.
    mutating func appendOrigin(_ event: ConntrackFormat.Event) {
        guard event.portID != 0 else { return }
        append(" [USERSPACE] portid=", event.portID)
        if let program = event.program { append(" progname=", kernelText: program) }
    }

    /// The name in eight columns, then the number.
    mutating func appendProtocol(_ number: IPProtocol) {
        switch number {
        case .tcp: append("tcp      6")
        case .udp: append("udp      17")
        case .icmp: append("icmp     1")
        case .icmpv6: append("icmpv6   58")
        case .sctp: append("sctp     132")
        case .gre: append("gre      47")
        case .dccp: append("dccp     33")
        case .udplite: append("udplite  136")
        default: append("unknown  ", number.rawValue)
        }
    }

    /// Addresses according to the family, then what is specific to the protocol.
    @inline(__always)
    mutating func appendTuple(
        _ tuple: Tuple, _ family: UInt8, source: StaticString = " src=", destination: StaticString = " dst="
    ) {
        // A tuple that was not sent.
        if tuple.source == nil, tuple == Tuple() { return }
        if family == 2 || family == 10 {
            append(source)
            appendAddress(tuple.source, family)
            append(destination)
            appendAddress(tuple.destination, family)
        }
        appendDiscriminator(tuple)
    }

    @inline(__always)
    private mutating func appendAddress(_ address: IPAddress?, _ family: UInt8) {
        if let address {
            append(address)
        } else if family == 2 {
            append("0.0.0.0")
        } else {
            append("::")
        }
    }

    /// Only the protocol decides; in the library, the two numbers that follow are a union.
    private mutating func appendDiscriminator(_ tuple: Tuple) {
        let (source, destination) = tuple.discriminator.words
        switch tuple.protocol {
        case .tcp, .udp, .udplite, .sctp, .dccp:
            append(" sport=", source)
            append(" dport=", destination)
        case .gre:
            append(" srckey=0x")
            append(hexadecimal: source)
            append(" dstkey=0x")
            append(hexadecimal: destination)
        case .icmp, .icmpv6:
            append(" type=", destination >> 8)
            append(" code=", destination & 0xFF)
            append(" id=", source)
        default: break
        }
    }

    @inline(__always)
    mutating func append(_ name: StaticString, _ number: some FixedWidthInteger) {
        append(name)
        append(decimal: number)
    }

    mutating func append(_ name: StaticString, kernelText text: String) {
        append(name)
        append(text: text.printable)
    }

    /// With leading zeros.
    private mutating func append(decimal number: some FixedWidthInteger, digits: Int) {
        for _ in 0..<max(0, digits - Self.digitCount(number)) { append("0") }
        append(decimal: number)
    }

    static func digitCount(_ number: some FixedWidthInteger) -> Int {
        var rest = number / 10
        var count = 1
        while rest != 0 {
            rest /= 10
            count += 1
        }
        return count
    }
}

extension Moment {
    /// The part omitted by `seconds`, in whole microseconds.
    var microseconds: UInt64 { nanoseconds % 1_000_000_000 / 1000 }
}

extension Tuple.Discriminator {
    /// The library's `l4src` and `l4dst`.
    fileprivate var words: (source: UInt16, destination: UInt16) {
        switch self {
        case .none: (0, 0)
        case .ports(let source, let destination): (source, destination)
        case .icmp(let type, let code, let id): (id, UInt16(type) << 8 | UInt16(code))
        }
    }
}

extension ByteBuffer {
    mutating func appendTimes(_ times: Entry.Timestamps, _ format: ConntrackFormat) {
        if let start = times.start { append(" delta-time=", Self.age(since: start, until: times.stop, format.now)) }
        guard format.options.contains(.kernelTimes) else { return }
        if let start = times.start { appendLocalTime(" [start=", start) }
        if let stop = times.stop { appendLocalTime(" [stop=", stop) }
    }

    /// Whole seconds, each end rounded down separately; for a start in the future the 64-bit wraparound.
    private static func age(since start: UInt64, until stop: UInt64?, _ now: Int64) -> UInt64 {
        let end = if let stop, stop != 0 { Int64(stop / nanosecondsPerSecond) } else { now }
        return UInt64(bitPattern: end &- Int64(start / nanosecondsPerSecond))
    }

    private mutating func appendLocalTime(_ name: StaticString, _ nanoseconds: UInt64) {
        append(name)
        var seconds = Int(nanoseconds / Self.nanosecondsPerSecond)
        // ctime_r(3) writes at most 26 bytes for years that 64 bits of nanoseconds can reach.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 26) { text in
            guard let start = text.baseAddress, ctime_r(&seconds, start) != nil else { return }
            for character in text {
                // It ends with a newline, which is not wanted here.
                if character == 0 || character == 0x0A { break }
                append(byte: UInt8(bitPattern: character))
            }
        }
        append("]")
    }

    private static var nanosecondsPerSecond: UInt64 { 1_000_000_000 }
}
