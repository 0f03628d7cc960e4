import Addresses
import Conntrack

/// An expectation as `conntrack -L expect` and `conntrack -E expect` show it (libnetfilter_conntrack's
/// `__snprintf_expect_default`). No word of `-o` but `timestamp` changes it.
extension ByteBuffer {
    /// One line, with its newline.
    ///
    /// - Parameter event: nil for an expectation of a dump; with `received` alone it is what a dump with `-o timestamp` shows.
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

    /// Unlike before an entry, both numbers are filled up with blanks behind.
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

    /// Flags that the library has no name for leave only the blank.
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
