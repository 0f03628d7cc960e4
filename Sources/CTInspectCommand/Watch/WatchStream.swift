import Addresses
import Conntrack
import Netlink
import Terminal

/// The conntrack events for a screen: NEW for the verdict `never`, all of them once the stream is viewed.
final class WatchStream {
    private let socket: EventSocket
    private var followed: Set<EventKind> = [.new]

    /// - Parameter socket: subscribed to NEW.
    init(_ socket: EventSocket) { self.socket = socket }

    var descriptor: CInt { socket.descriptor }

    func follow(_ kinds: Set<EventKind>) throws(KernelError) {
        for kind in kinds.subtracting(followed) {
            try socket.join(kind.entryGroup)
            followed.insert(kind)
        }
    }

    /// Reads what is available, at most a number of batches.
    ///
    /// - Returns: whether nothing more is available.
    func drain(
        batches: Int, at time: () -> Moment, _ tell: (ScreenEvent) -> Void
    ) throws(KernelError) -> Bool {
        for _ in 0..<batches {
            let received = time()
            var isDamaged = false
            let reading = try socket.receive { datagram in
                do throws(DecodeError) {
                    try Entry.events(in: datagram, receivedAt: received) { tell(.event($0)) }
                } catch {
                    isDamaged = true
                }
            }
            // An unreadable message is one that was missed.
            if isDamaged { tell(.lost(messages: nil)) }
            if let loss = reading.loss { tell(.lost(messages: loss.messages)) }
            if reading.isDrained { return true }
        }
        return false
    }
}
