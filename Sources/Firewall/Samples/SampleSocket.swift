import Addresses
import Conntrack
import Netlink

/// A group of NFLOG of our own, in the network namespace of the thread that makes it: what rules with `log group` and a ctstate as `prefix`
/// log arrives here. It belongs to one thread. When it goes, by whatever end, the group is gone, and such rules log to nobody.
package final class SampleSocket {
    /// The group that was found free: for the rules' `log group`.
    package let group: UInt16
    /// Since it was bound.
    package private(set) var loss = SampleLoss()
    /// Messages of rules that are not ours (their prefix is no ctstate), or about no IP packet.
    package private(set) var ignored = 0
    private let events: EventSocket

    /// Enough for the longest IPv6 header that is usual, and for the packet in an ICMP error.
    private static let copied: UInt32 = 128
    private static let groups: ClosedRange<UInt16> = 1024 ... .max

    /// Binds a free group. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Does not block, but for the
    /// kernel to load a module.
    ///
    /// - Parameters:
    ///   - buffer: bytes of receive buffer to ask for.
    ///   - first: the group to try first; by chance when nil. Not a low one: rules that log to nobody are often there.
    ///   - tries: how many groups are tried, one after the other.
    /// - Throws: `.forbidden` without the capability; `.absent` when the kernel has no NFLOG, which is the module nfnetlink_log;
    ///   `.failed` when all groups that were tried are taken.
    package init(buffer: Int = 1 << 20, first: UInt16? = nil, tries: Int = 64) throws(KernelError) {
        let events = try EventSocket(groups: [], buffer: buffer, for: LogGroup.purpose)
        self.events = events
        let start = first ?? .random(in: Self.groups)
        // What comes before the rules are made that log to it is not for us, but has its number.
        var loss = SampleLoss()
        var ignored = 0
        let early = { (datagram: RawSpan) in
            Self.read(datagram, Moment(nanoseconds: 0), &loss) { _ in ignored += 1 }
        }
        group = try LogGroup.search((0..<tries).map { start &+ UInt16(truncatingIfNeeded: $0) }) {
            group throws(KernelError) in
            try events.command(LogGroup.binding(group, copied: Self.copied), meanwhile: early)
        } isForbidden: { () throws(KernelError) in
            do throws(KernelError) {
                try events.command(LogGroup.probe, meanwhile: early)
                return false
            } catch {
                return error.cause == .forbidden
            }
        }
        (self.loss, self.ignored) = (loss, ignored)
    }

    /// Takes the next samples that are there, without waiting. Loss is no failure: it is in `loss`.
    ///
    /// - Parameters:
    ///   - now: stands for the time of a packet whose own the kernel does not tell.
    ///   - each: gets each sample.
    /// - Returns: whether nothing more is there.
    package func receive(at now: Moment, _ each: (Sample) -> Void) throws(KernelError) -> Bool {
        let reading = try events.receive { take($0, now, each) }
        if reading.loss != nil { loss.takeOverrun() }
        return reading.isDrained
    }

    /// Gives the group back, and hands over what it had gathered and what was not read yet. Nothing comes afterwards.
    package func finish(at now: Moment, _ each: (Sample) -> Void) throws(KernelError) {
        let reading = try events.command(LogGroup.unbinding(group)) { take($0, now, each) }
        if reading.loss != nil { loss.takeOverrun() }
        while try !receive(at: now, each) {}
    }

    private func take(_ datagram: RawSpan, _ now: Moment, _ each: (Sample) -> Void) {
        Self.read(datagram, now, &loss) { sample in
            if let sample { each(sample) } else { ignored += 1 }
        }
    }

    /// A datagram holds a message for each packet, and when there are several, `NLMSG_DONE` at the end.
    ///
    /// - Parameter each: gets each sample; nil stands for a message that holds none, or is damaged.
    private static func read(
        _ datagram: RawSpan, _ now: Moment, _ loss: inout SampleLoss, _ each: (Sample?) -> Void
    ) {
        do throws(DecodeError) {
            var cursor = MessageCursor()
            while let message = try cursor.next(in: datagram) {
                guard let log = try LogMessage(message, in: datagram, received: now) else { continue }
                if let sequence = log.sequence { loss.take(sequence) }
                each(log.sample)
            }
        } catch {
            each(nil)
        }
    }
}

/// Samples that the kernel took and nobody will ever see.
package struct SampleLoss: Equatable, Sendable {
    /// Missing between others, by their numbers.
    package private(set) var counted = 0
    /// The socket's buffer overran, and no sample has come since that could tell how many were lost.
    package private(set) var mayBeMore = false
    private var next: UInt32 = 0

    /// Nothing lost.
    package init() {}

    /// Whether every sample came.
    package var isNone: Bool { counted == 0 && !mayBeMore }

    /// The number of a sample that came; a group counts from 0, and wraps at 32 bits.
    mutating func take(_ sequence: UInt32) {
        let missing = sequence &- next
        // One that comes late or twice, which no kernel sends, is no loss of four thousand million.
        if missing < 1 << 31 { counted += Int(missing) }
        next = sequence &+ 1
        mayBeMore = false
    }

    mutating func takeOverrun() { mayBeMore = true }
}

extension SampleLoss: CustomStringConvertible {
    /// `12 samples`, `12 samples and perhaps more`, `an unknown number of samples`.
    package var description: String {
        let number = "\(counted) sample\(counted == 1 ? "" : "s")"
        if counted == 0, mayBeMore { return "an unknown number of samples" }
        return mayBeMore ? "\(number) and perhaps more" : number
    }
}
