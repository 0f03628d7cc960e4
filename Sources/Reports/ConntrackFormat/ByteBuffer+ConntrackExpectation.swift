import Addresses
import Conntrack

/// An expectation as shown by `conntrack -L expect` and `conntrack -E expect` (libnetfilter_conntrack's `__snprintf_expect_default`).
/// Of the `-o` words only `timestamp` affects it.
extension ByteBuffer {
    /// One line, with its newline.
    ///
    /// - Parameter event: nil for an expectation of a dump; with just `received` it is the format of a dump with `-o timestamp`.
    package mutating func appendConntrackLine(_ expectation: Expectation, event: ConntrackFormat.Event? = nil) {
        if let event { appendExpectationHeading(event) }
        if let timeout = expectation.timeout {
            append(decimal: timeout)
            append(" ")
        }
        append("proto=", expectation.tuple.protocol.rawValue)
        let family = expectation.family
        appendTuple(expectation.tuple, family)
        appendTuple(expectation.mask, family, source: " mask-src=", destination: " mask-dst=")
        appendTuple(expectation.master, family, source: " master-src=", destination: " master-dst=")
        if let zone = expectation.zone { append(" zone=", zone) }
        if !expectation.flags.isEmpty { appendFlags(expectation.flags) }
        if let number = expectation.class { append(" class=", number) }
        if let helper = expectation.helper { append(" helper=", kernelText: helper) }
        append(byte: UInt8(ascii: "\n"))
    }

    /// Unlike for an entry, both numbers are padded with trailing blanks.
    private mutating func appendExpectationHeading(_ event: ConntrackFormat.Event) {
        if let received = event.received {
            append("[")
            append(decimal: received.seconds, columns: 8)
            append(".")
            append(decimal: received.microseconds, columns: 6)
            append("]\t")
        }
        appendKind(event.kind)
    }

    /// Flags without a name in the library leave only the blank.
    private mutating func appendFlags(_ flags: Expectation.Flags) {
        var separator: StaticString = " "
        func name(_ flag: Expectation.Flags, _ text: StaticString, _ buffer: inout ByteBuffer) {
            guard flags.contains(flag) else { return }
            buffer.append(separator)
            buffer.append(text)
            separator = ","
        }
        name(.permanent, "PERMANENT", &self)
        name(.inactive, "INACTIVE", &self)
        name(.userspace, "USERSPACE", &self)
        if flags.isDisjoint(with: [.permanent, .inactive, .userspace]) { append(" ") }
    }

    private mutating func append(decimal number: some FixedWidthInteger, columns: Int) {
        append(decimal: number)
        for _ in 0..<max(0, columns - Self.digitCount(number)) { append(" ") }
    }
}
