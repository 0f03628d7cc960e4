import CNetlink
import Glibc
import Synchronization

/// Receives the rest of a long answer on a separate thread while the caller decodes what came before. Nearly all of a dump's time is
/// spent by the kernel, in recvmsg(2) (`netlink_dump`, net/netlink/af_netlink.c), so with a second core decoding costs no time.
///
/// Datagrams are handed over in batches: waking the other thread costs as much as decoding a datagram.
///
/// Unchecked Sendable: a batch belongs to one thread at a time, handed over by the semaphores; everything else is set before the
/// thread starts.
final class Readahead: @unchecked Sendable {
    private let handle: OpaquePointer
    private let purpose: String
    private let sequence: UInt32
    private let batches: [Batch]
    /// Counts batches available for receiving.
    private let free: UnsafeMutablePointer<sem_t>
    /// Counts batches ready for decoding.
    private let filled: UnsafeMutablePointer<sem_t>
    /// Set when the caller wants no more.
    private let isGivenUp = Atomic(false)

    private final class Batch {
        static let most = 8

        private let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: NetlinkSocket.datagramSize * most, alignment: 16)
        /// The sizes of the datagrams.
        var sizes: [Int] = []
        /// What ended the receiving.
        var failure: KernelError?

        deinit { buffer.deallocate() }

        func place(_ position: Int) -> UnsafeMutableRawBufferPointer {
            let start = position * NetlinkSocket.datagramSize
            return UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + NetlinkSocket.datagramSize])
        }

        func datagram(_ position: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: place(position).prefix(sizes[position]))
        }
    }

    /// One to receive into, one to decode.
    private static let batchCount = 2

    /// Whether there is a spare core for it.
    static let pays = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

    /// - Parameters:
    ///   - handle: of a socket that the caller keeps open until `deliver` has returned.
    ///   - sequence: the sequence number of the answer's messages.
    init(_ handle: OpaquePointer, for purpose: String, sequence: UInt32) {
        self.handle = handle
        self.purpose = purpose
        self.sequence = sequence
        batches = (0..<Self.batchCount).map { _ in Batch() }
        free = .allocate(capacity: 1)
        filled = .allocate(capacity: 1)
        sem_init(free, 0, UInt32(Self.batchCount))
        sem_init(filled, 0, 0)
    }

    deinit {
        for semaphore in [free, filled] {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }
    }

    /// Delivers each datagram on the calling thread, until `receive` returns `.done` or throws.
    ///
    /// - Returns: false if no thread could be created, and nothing was received.
    func deliver(_ receive: (RawSpan) throws(KernelError) -> Reception) throws(KernelError) -> Bool {
        var thread = pthread_t()
        guard pthread_create(&thread, nil, receiveAhead, Unmanaged.passUnretained(self).toOpaque()) == 0 else {
            return false
        }
        defer {
            // A thread waiting for a batch gets one, to see that no more is wanted.
            isGivenUp.store(true, ordering: .releasing)
            sem_post(free)
            pthread_join(thread, nil)
        }
        var turn = 0
        while true {
            Self.wait(filled)
            let batch = batches[turn % Self.batchCount]
            for position in batch.sizes.indices where try receive(batch.datagram(position).bytes) == .done {
                return true
            }
            if let failure = batch.failure { throw failure }
            turn += 1
            sem_post(free)
        }
    }

    /// The thread body: ends with the answer, with an error, or when the caller gives up.
    fileprivate func run() {
        var turn = 0
        var isOver = false
        while !isOver {
            Self.wait(free)
            let batch = batches[turn % Self.batchCount]
            isOver = fill(batch)
            turn += 1
            sem_post(filled)
        }
    }

    /// Whether this was the last one.
    private func fill(_ batch: Batch) -> Bool {
        batch.sizes.removeAll(keepingCapacity: true)
        while batch.sizes.count < Batch.most {
            if isGivenUp.load(ordering: .acquiring) { return true }
            do throws(KernelError) {
                let place = batch.place(batch.sizes.count)
                batch.sizes.append(try NetlinkSocket.receive(over: handle, into: place, for: purpose))
            } catch {
                batch.failure = error
                return true
            }
            if isLast(batch.datagram(batch.sizes.count - 1).bytes) { return true }
        }
        return false
    }

    /// Whether this was the last one: receiving again would block.
    private func isLast(_ datagram: RawSpan) -> Bool {
        var cursor = MessageCursor()
        do throws(DecodeError) {
            while let message = try cursor.next(in: datagram) {
                switch Int32(message.type) {
                case NLMSG_DONE, NLMSG_ERROR, NLMSG_OVERRUN: if message.sequence == sequence { return true }
                default: continue
                }
            }
            return false
        } catch {
            return true
        }
    }

    private static func wait(_ semaphore: UnsafeMutablePointer<sem_t>) {
        while sem_wait(semaphore) != 0, errno == EINTR {}
    }
}

private func receiveAhead(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Readahead>.fromOpaque(context).takeUnretainedValue().run() }
    return nil
}
