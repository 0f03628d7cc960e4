import CNetlink
import Conntrack
import Netlink

/// Listens to the traces of packets that a table of ours marks, and counts what dropped them.
///
/// It hears the traces that other programs set as well and leaves them out, as others hear ours. Belongs to one thread.
package final class TraceCollector {
    /// What became of the packets so far.
    package private(set) var tally = DropTally()

    private let events: any EventSource
    private let each: (TracedPacket) -> Void
    private var follower: TraceFollower

    /// About 3,000 messages, of some 1,300 bytes each as the kernel accounts for them; ten traced packets a second make a few hundred.
    private static let bufferSize = 2 << 20
    /// So many batches at a time: another program's traces must not keep us from everything else.
    private static let mostBatches = 64

    /// Subscribes to `NFNLGRP_NFTRACE` in the network namespace of the calling thread. Do so before the table that marks is made.
    ///
    /// - Parameters:
    ///   - table: the name of that table, of any family.
    ///   - each: gets each packet that has come to its end.
    /// - Throws: `.forbidden` without CAP_NET_ADMIN, `.absent` without nfnetlink.
    package convenience init(table: String, _ each: @escaping (TracedPacket) -> Void = { _ in }) throws(KernelError) {
        let socket = try EventSocket(
            groups: [NFNLGRP_NFTRACE.rawValue], buffer: Self.bufferSize, for: "listen to packet traces")
        self.init(TraceFollower(table: table), events: socket, each)
    }

    /// With a source of events that is subscribed already; its messages may come from a test.
    package init(
        _ follower: TraceFollower, events: any EventSource, _ each: @escaping (TracedPacket) -> Void = { _ in }
    ) {
        self.each = each
        self.follower = follower
        self.events = events
    }

    /// Takes what is there, without waiting, and counts the packets that have come to their end.
    ///
    /// - Throws: when the socket fails. Loss is no failure: it is part of the tally.
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

    /// Collects for the last time: what is still followed has come to its end.
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
                guard let event = try TraceEvent(message, in: datagram) else { continue }
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
