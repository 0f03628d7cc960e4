import Addresses
import Conntrack

/// Lines as conntrack(8) 1.4.7 writes them with libnetfilter_conntrack 1.0.9, byte for byte, so that scripts that read them keep working.
///
/// It differs in two things only, which no kernel object shows unless someone means harm: a control or reordering character
/// in a helper's name or a security context is escaped, since it must not reach a terminal or forge a line; and a line of
/// more than 4095 bytes (1023 for an event) is not cut.
package struct ConntrackFormat: Sendable {
    /// The words of `-o`.
    package struct Options: OptionSet, Sendable {
        /// One bit a word.
        package let rawValue: UInt8

        /// Any bits; those without a word change nothing.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `extended`: the family before the protocol. Expectations have none.
        package static let extended = Options(rawValue: 1 << 0)
        /// `id`. Expectations show none.
        package static let id = Options(rawValue: 1 << 1)
        /// `ktimestamp`: when the entry began and ended, in local time (TZ, /etc/localtime). Without the kernel's
        /// `net.netfilter.nf_conntrack_timestamp` there is nothing to show.
        package static let kernelTimes = Options(rawValue: 1 << 2)
    }

    /// The words that were given.
    package var options: Options
    /// `labels`: shown when there are names; conntrack(8) shows none either when it finds no file of them.
    package var labels: LabelNames?
    /// Seconds since 1970. The `delta-time` of an entry that has not ended runs until then.
    package var now: Int64

    /// A form by its words; `now` is seconds since 1970.
    package init(_ options: Options = [], labels: LabelNames? = nil, now: Int64) {
        self.options = options
        self.labels = labels
        self.now = now
    }

    /// What stands around an entry or an expectation in a line of `conntrack -E`.
    package struct Event: Sendable {
        /// Nil for a message of another kind, which conntrack(8) shows without a word.
        package var kind: EventKind?
        /// `timestamp`: when it was received.
        package var received: Moment?
        /// The netlink port of the program that caused it; 0 when packets or a timer did. Shown whenever it is not 0, for entries only.
        package var portID: UInt32
        /// The name of that program, when it still runs.
        package var program: String?

        /// What happened, and who caused it.
        package init(_ kind: EventKind?, received: Moment? = nil, portID: UInt32 = 0, program: String? = nil) {
            self.kind = kind
            self.received = received
            self.portID = portID
            self.program = program
        }
    }
}
