import CLinux
import CNetlink
import Glibc
import SystemPackage

/// A subscription to nfnetlink multicast groups, in the network namespace of the calling thread.
///
/// `NETLINK_BROADCAST_ERROR` is off on purpose. With it, an event that does not fit into our buffer counts as undelivered for everyone,
/// and the kernel keeps each dead entry, which still counts against `nf_conntrack_max`, until its DESTROY has been delivered
/// (nf_ct_delete and ecache_work_evict_list, net/netfilter): a slow observer would fill the table of a production director.
/// Losses are known without it: see `receive`. `NETLINK_NO_ENOBUFS` would hide loss, and is never set either.
package final class EventSocket: EventSource {
    let socket: NetlinkHandle
    let purpose: String
    private let buffer: UnsafeMutableRawBufferPointer
    private var dropped: UInt32 = 0
    /// `ENOBUFS` was seen, and the loss has not been counted yet.
    private var hasOverrun = false
    private var cut = 0
    /// Requests sent over it.
    var commands: UInt32 = 0

    /// The receive buffer in bytes as accounted by the kernel: twice the requested size, unless limited. A datagram costs more than its
    /// length: an event about an entry takes about 1,280 bytes.
    package let bufferSize: Int

    private static let datagramSize = 8 << 10
    private static let batch = Int(CLINUX_MOST_DATAGRAMS)

    /// Subscribes. Needs CAP_NET_ADMIN; without it in the initial user namespace the buffer is at most `net.core.rmem_max`.
    ///
    /// - Parameters:
    ///   - groups: `NFNLGRP_*` numbers.
    ///   - asked: bytes of receive buffer to request (`SO_RCVBUFFORCE`).
    ///   - prepare: gets the descriptor before the first message can arrive, to attach a filter (`SO_ATTACH_FILTER`). What the filter
    ///     rejects is never queued, and is not a loss.
    /// - Throws: `.forbidden` without the capability, `.absent` if the kernel has no nfnetlink or no such group.
    package init(
        groups: [UInt32], buffer asked: Int, for purpose: String,
        prepare: (CInt) throws(KernelError) -> Void = { _ in }
    ) throws(KernelError) {
        self.purpose = purpose
        socket = try NetlinkHandle(.netfilter, for: purpose)
        bufferSize = socket.growBuffer(to: asked)
        try prepare(socket.descriptor)
        for group in groups { try socket.join(group, for: purpose) }
        buffer = .allocate(byteCount: Self.datagramSize * Self.batch, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// For polling, together with other descriptors.
    package var descriptor: CInt { socket.descriptor }

    /// Subscribes to one more group; once is enough.
    package func join(_ group: UInt32) throws(KernelError) { try socket.join(group, for: purpose) }

    /// Reads up to 64 datagrams.
    ///
    /// When the buffer overruns, the kernel drops every message until the queue has been read to the end (netlink_broadcast_deliver and
    /// netlink_rcv_wake, net/netlink/af_netlink.c) and counts each one (netlink_overrun: `sk_drops`). So the count is read when the
    /// queue is empty, and its increase is the exact number of lost messages.
    package func receive(_ receive: (RawSpan) -> Void) throws(KernelError) -> EventReading {
        var datagrams = [clinux_datagram](repeating: clinux_datagram(), count: Self.batch)
        let count = clinux_receive_datagrams(
            socket.descriptor, buffer.baseAddress, UInt32(Self.datagramSize), &datagrams, UInt32(Self.batch))
        var reading = EventReading()
        switch -count {
        case ENOBUFS:
            hasOverrun = true
        case EAGAIN:
            reading.isDrained = true
        case 1...:
            throw KernelError(purpose, Errno(rawValue: -count))
        default:
            reading.isDrained = count < Self.batch
            for (position, datagram) in datagrams.prefix(Int(count)).enumerated() {
                hand(datagram, at: position, to: receive, &reading)
            }
        }
        if reading.isDrained { countLoss(in: &reading) }
        return reading
    }

    private func hand(
        _ datagram: clinux_datagram, at position: Int, to receive: (RawSpan) -> Void, _ reading: inout EventReading
    ) {
        // Another program with CAP_NET_ADMIN may write to our port: that is not from the kernel.
        guard datagram.is_from_kernel != 0 else { return }
        if datagram.is_cut != 0 {
            cut += 1
            return
        }
        let start = position * Self.datagramSize
        let end = start + min(Int(datagram.length), Self.datagramSize)
        receive(UnsafeRawBufferPointer(rebasing: buffer[start..<end]).bytes)
        reading.datagrams += 1
    }

    /// The kernel raises the error first and then counts (netlink_overrun), so errors are read until none is left after the count: any
    /// later one then stands for messages not counted yet. An error without a count means the kernel could not even create a message
    /// (ctnetlink_conntrack_event).
    private func countLoss(in reading: inout EventReading) {
        var messages = growth()
        while takeError() {
            hasOverrun = true
            // Only a receive ends the congestion that the error reported (netlink_rcv_wake).
            reading.isDrained = false
            messages += growth()
        }
        for _ in 0..<10 where hasOverrun && messages == 0 {
            usleep(1000)
            messages = growth()
        }
        if messages + cut > 0 {
            reading.loss = EventLoss(messages: messages + cut)
        } else if hasOverrun {
            reading.loss = EventLoss(messages: nil)
        }
        (cut, hasOverrun) = (0, false)
    }

    /// Whether an error was pending (`SO_ERROR`); reading it clears it.
    private func takeError() -> Bool {
        var error: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == ENOBUFS
    }

    /// 0 on kernels that do not report it (before 4.12).
    private func growth() -> Int {
        let now = clinux_dropped_messages(socket.descriptor)
        guard now >= 0 else { return 0 }
        let grown = UInt32(truncatingIfNeeded: now) &- dropped
        dropped = UInt32(truncatingIfNeeded: now)
        return Int(grown)
    }
}

extension EventSocket {
    /// Sends a request over this socket, and reads its acknowledgement: for objects that the kernel creates for a socket and removes with
    /// it. Does not wait: nfnetlink answers before the send returns (nfnetlink_rcv, net/netfilter/nfnetlink.c).
    ///
    /// - Parameters:
    ///   - request: without `NLM_F_DUMP`, with `NLM_F_ACK`.
    ///   - meanwhile: gets each datagram that arrived before the acknowledgement, borrowed for the call.
    /// - Returns: what else was read.
    /// - Throws: the kernel's refusal; `.lost` if there was no buffer space for its answer.
    @discardableResult
    package func command(_ request: Request, meanwhile: (RawSpan) -> Void) throws(KernelError) -> EventReading {
        commands &+= 1
        try socket.send(request.message(sequence: commands), for: request.purpose)
        var answer: Result<Refusal?, DecodeError>?
        var total = EventReading()
        repeat {
            let reading = try receive { datagram in
                if let found = acknowledgement(of: commands, in: datagram) {
                    answer = found
                } else {
                    meanwhile(datagram)
                    total.datagrams += 1
                }
            }
            total.isDrained = reading.isDrained
            total.loss = reading.loss ?? total.loss
        } while answer == nil && !total.isDrained
        switch answer {
        case .success(nil): return total
        case .success(let refusal?): throw refusal.error(asked: request.purpose)
        case .failure(let error): throw KernelError(request.purpose, damaged: error)
        case nil: throw KernelError(request.purpose, .lost, detail: "there was no buffer space for the kernel's answer")
        }
    }

    private func acknowledgement(of sequence: UInt32, in datagram: RawSpan) -> Result<Refusal?, DecodeError>? {
        var cursor = MessageCursor()
        guard let message = try? cursor.next(in: datagram), Int32(message.type) == NLMSG_ERROR,
            message.sequence == sequence
        else { return nil }
        return Result { () throws(DecodeError) in try Refusal(endingWith: message, in: datagram) }
    }
}
