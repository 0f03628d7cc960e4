import CNetlink
import Conntrack
import Netlink

/// Receives the traces of packets marked by our table, and counts what dropped them.
///
/// It also receives the traces of other programs and ignores them, as others receive ours. Belongs to one thread.
package final class TraceCollector {
    /// The packets so far.
    package private(set) var tally = DropTally()

    private let events: any EventSource
    private let each: (TracedPacket) -> Void
    private var follower: TraceFollower

    /// About 3,000 messages, of about 1,300 bytes each as accounted by the kernel; ten traced packets per second cause a few hundred.
    private static let bufferSize = 2 << 20
    /// Batches per call: another program's traces must not keep us from everything else.
    private static let mostBatches = 64

    /// Subscribes to `NFNLGRP_NFTRACE` in the network namespace of the calling thread. Do so before creating the table that marks packets.
    ///
    /// - Parameters:
    ///   - table: that table's name, in any family.
    ///   - each: gets each packet whose trace has ended.
    /// - Throws: `.forbidden` without CAP_NET_ADMIN, `.absent` without nfnetlink.
    package convenience init(table: String, _ each: @escaping (TracedPacket) -> Void = { _ in }) throws(KernelError) {
        let socket = try EventSocket(
            groups: [NFNLGRP_NFTRACE.rawValue], buffer: Self.bufferSize, for: "listen to packet traces")
        self.init(TraceFollower(table: table), events: socket, each)
    }

    /// With an event source that is already subscribed, such as a test's.
    package init(
        _ follower: TraceFollower, events: any EventSource, _ each: @escaping (TracedPacket) -> Void = { _ in }
    ) {
        self.each = each
        self.follower = follower
        self.events = events
    }

    /// Reads what is available, without waiting, and counts packets whose trace has ended.
    ///
    /// - Throws: if the socket fails. Loss is not a failure: it is part of the tally.
    package func collect(at now: ContinuousClock.Instant) throws(KernelError) {
        for _ in 0..<Self.mostBatches {
            let reading = try events.receive { take($0, at: now) }
            if let loss = reading.loss {
                tally.add(loss)
                count(follower.lose())
            }
            if reading.isDrained { break }
        }
        count(follower.expire(at: now))
    }

    /// Collects for the last time: packets still being followed have ended.
    package func finish(at now: ContinuousClock.Instant) throws(KernelError) {
        try collect(at: now)
        count(follower.finish())
    }

    /// Can be read when there is something to collect.
    package var descriptor: CInt { events.descriptor }

    private func take(_ datagram: RawSpan, at now: ContinuousClock.Instant) {
        var cursor = MessageCursor()
        do throws(DecodeError) {
            while let message = try cursor.next(in: datagram) {
                guard let event = try TraceEvent(message, in: datagram) else {
                    // Nothing else comes in this group.
                    if message.type >= NLMSG_MIN_TYPE { tally.unread += 1 }
                    continue
                }
                count(follower.take(event, at: now))
            }
        } catch {
            tally.unread += 1
        }
    }

    private func count(_ packets: [TracedPacket]) {
        for packet in packets {
            tally.add(packet)
            each(packet)
        }
    }
}
