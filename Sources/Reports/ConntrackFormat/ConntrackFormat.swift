import Addresses
import Conntrack

/// Lines as written by conntrack(8) 1.4.7 with libnetfilter_conntrack 1.0.9, byte for byte, so that scripts that read them keep working.
///
/// There are two differences, which only malicious kernel objects can show: a control or reordering character in a helper's name or a
/// security context is escaped, since it must not reach a terminal or forge a line; and a line of more than 4095 bytes (1023 for an
/// event) is not truncated.
package struct ConntrackFormat: Sendable {
    /// The words of `-o`.
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `extended`: the family before the protocol. Not for expectations.
        package static let extended = Options(rawValue: 1 << 0)
        /// `id`. Not for expectations.
        package static let id = Options(rawValue: 1 << 1)
        /// `ktimestamp`: when the entry began and ended, in local time (TZ, /etc/localtime). Needs the kernel's
        /// `net.netfilter.nf_conntrack_timestamp`.
        package static let kernelTimes = Options(rawValue: 1 << 2)
        /// `save`: a command that makes the entry again, in place of the line. Not for expectations.
        package static let save = Options(rawValue: 1 << 3)
    }

    package var options: Options
    /// `labels`: shown if there are names; without a file of names, conntrack(8) does not show them either.
    package var labels: LabelNames?
    /// Seconds since 1970. The `delta-time` of an active entry runs until then.
    package var now: Int64

    package init(_ options: Options = [], labels: LabelNames? = nil, now: Int64) {
        self.options = options
        self.labels = labels
        self.now = now
    }

    /// The event data in a line of `conntrack -E`.
    package struct Event: Sendable {
        /// Nil for other kinds of messages, which conntrack(8) shows without a word.
        package var kind: EventKind?
        /// `timestamp`: when it was received.
        package var received: Moment?
        /// The netlink port of the program that caused it; 0 if packets or a timer did. Shown if not 0, for entries only.
        package var portID: UInt32
        /// The name of that program, if it is still running.
        package var program: String?

        package init(_ kind: EventKind?, received: Moment? = nil, portID: UInt32 = 0, program: String? = nil) {
            self.kind = kind
            self.received = received
            self.portID = portID
            self.program = program
        }
    }
}
