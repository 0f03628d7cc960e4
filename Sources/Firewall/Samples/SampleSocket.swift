import Addresses
import Conntrack
import Netlink

/// Our own NFLOG group, in the network namespace of the calling thread: packets logged by rules with its `log group` and a ctstate as
/// `prefix` arrive here. Belongs to one thread. The group is removed with it, however the program ends; such rules then log to nobody.
package final class SampleSocket {
    /// The group found to be free: for the rules' `log group`.
    package let group: UInt16
    /// Since it was bound.
    package private(set) var loss = SampleLoss()
    /// Messages of rules that are not ours (their prefix is not a ctstate), or that contain no IP packet.
    package private(set) var ignored = 0
    private let events: EventSocket

    /// Enough for the longest usual IPv6 header, and for the packet quoted in an ICMP error.
    private static let copied: UInt32 = 128
    private static let groups: ClosedRange<UInt16> = 1024 ... .max

    /// Binds a free group. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Does not block, except while the kernel
    /// loads a module.
    ///
    /// - Parameters:
    ///   - buffer: bytes of receive buffer to request.
    ///   - first: the group to try first; random if nil. Not a low one: those are often used by rules that log to nobody.
    ///   - tries: how many groups are tried, one after the other.
    /// - Throws: `.forbidden` without the capability; `.absent` if the kernel has no NFLOG (module nfnetlink_log); `.failed` if all groups
    ///   tried are in use.
    package init(buffer: Int = 1 << 20, first: UInt16? = nil, tries: Int = 64) throws(KernelError) {
        let events = try EventSocket(groups: [], buffer: buffer, for: LogGroup.purpose)
        self.events = events
        let start = first ?? .random(in: Self.groups)
        // What arrives before the rules that log to it exist is not for us, but has a number.
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

    /// Reads the next available samples, without waiting. Loss is not a failure: it is in `loss`.
    ///
    /// - Parameters:
    ///   - now: used as the time of packets for which the kernel reports none.
    ///   - each: gets each sample.
    /// - Returns: whether nothing more is available.
    package func receive(at now: Moment, _ each: (Sample) -> Void) throws(KernelError) -> Bool {
        let reading = try events.receive { take($0, now, each) }
        if reading.loss != nil { loss.takeOverrun() }
        return reading.isDrained
    }

    /// Releases the group, and delivers what it had queued and what was not read yet. Nothing arrives afterwards.
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

    /// A datagram holds one message per packet, followed by `NLMSG_DONE` if there are several.
    ///
    /// - Parameter each: gets each sample; nil for a message that has none, or is damaged.
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

/// Samples that the kernel took but did not deliver.
package struct SampleLoss: Equatable, Sendable {
    /// Missing between others, by sequence number.
    package private(set) var counted = 0
    /// The socket's buffer overran, and no sample has arrived since to tell how many were lost.
    package private(set) var mayBeMore = false
    private var next: UInt32 = 0

    package init() {}

    /// Whether every sample arrived.
    package var isNone: Bool { counted == 0 && !mayBeMore }

    /// The number of a received sample; a group counts from 0, and wraps at 32 bits.
    mutating func take(_ sequence: UInt32) {
        let missing = sequence &- next
        // One that is late or duplicated, which no kernel sends, is not a loss of four billion.
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
