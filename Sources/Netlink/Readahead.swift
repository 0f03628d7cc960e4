import CNetlink
import Glibc
import Synchronization

/// Receives the rest of a long answer on a thread of its own while the caller decodes what came before. Nearly all of a dump's time is
/// the kernel's, spent in recvmsg(2) (`netlink_dump`, net/netlink/af_netlink.c), so with a second core decoding costs no time.
///
/// Unchecked Sendable: a slot belongs to one thread at a time, handed over by the semaphores; what is not a slot is set before
/// the thread starts.
final class Readahead: @unchecked Sendable {
    private let handle: OpaquePointer
    private let purpose: String
    private let sequence: UInt32
    private let slots: [Slot]
    /// Counts the slots that may be received into.
    private let free: UnsafeMutablePointer<sem_t>
    /// Counts the slots that hold something.
    private let filled: UnsafeMutablePointer<sem_t>
    /// Set when the caller wants no more.
    private let isGivenUp = Atomic(false)

    private final class Slot {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: NetlinkSocket.datagramSize, alignment: 16)
        var received: Result<Int, KernelError> = .success(0)

        deinit { buffer.deallocate() }
    }

    private static let slotCount = 16

    /// Whether there is a core for it.
    static let pays = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

    /// - Parameters:
    ///   - handle: of a socket that the caller keeps open until `deliver` has returned.
    ///   - sequence: what the messages of the answer carry.
    init(_ handle: OpaquePointer, for purpose: String, sequence: UInt32) {
        self.handle = handle
        self.purpose = purpose
        self.sequence = sequence
        slots = (0..<Self.slotCount).map { _ in Slot() }
        free = .allocate(capacity: 1)
        filled = .allocate(capacity: 1)
        sem_init(free, 0, UInt32(Self.slotCount))
        sem_init(filled, 0, 0)
    }

    deinit {
        for semaphore in [free, filled] {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }
    }

    /// Hands over each datagram on the calling thread, until `receive` returns `.done` or throws.
    ///
    /// - Returns: false when no thread could be had, and nothing was received.
    func deliver(_ receive: (RawSpan) throws(KernelError) -> Reception) throws(KernelError) -> Bool {
        var thread = pthread_t()
        guard pthread_create(&thread, nil, receiveAhead, Unmanaged.passUnretained(self).toOpaque()) == 0 else {
            return false
        }
        defer {
            // A thread that waits for a slot gets one, to see that no more is wanted.
            isGivenUp.store(true, ordering: .releasing)
            sem_post(free)
            pthread_join(thread, nil)
        }
        var turn = 0
        while true {
            Self.wait(filled)
            let slot = slots[turn % Self.slotCount]
            let datagram = UnsafeRawBufferPointer(rebasing: slot.buffer.prefix(try slot.received.get()))
            if try receive(datagram.bytes) == .done { return true }
            turn += 1
            sem_post(free)
        }
    }

    /// The thread: ends with the answer, with an error, or when the caller gives up.
    fileprivate func run() {
        var turn = 0
        while true {
            Self.wait(free)
            if isGivenUp.load(ordering: .acquiring) { return }
            let slot = slots[turn % Self.slotCount]
            do throws(KernelError) {
                slot.received = .success(try NetlinkSocket.receive(over: handle, into: slot.buffer, for: purpose))
            } catch {
                slot.received = .failure(error)
            }
            let isLast = isLast(slot)
            sem_post(filled)
            if isLast { return }
            turn += 1
        }
    }

    /// Whether nothing comes after it: the kernel would let a further receive wait.
    private func isLast(_ slot: Slot) -> Bool {
        guard case .success(let count) = slot.received else { return true }
        let datagram = UnsafeRawBufferPointer(rebasing: slot.buffer.prefix(count)).bytes
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
