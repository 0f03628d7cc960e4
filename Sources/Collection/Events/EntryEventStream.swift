import Addresses
import Conntrack
import Netlink

/// Conntrack events as they come, for whoever reads the table as well: NEW for the verdict `never`, all kinds where they are shown.
struct EntryEventStream {
    /// What came.
    enum Item {
        case event(Event<Entry>)
        /// Events were lost, or could not be read, which is the same.
        case lost(messages: Int?, why: String)
    }

    private let source: any EventSource

    /// - Parameter source: subscribed to NEW.
    init(_ source: any EventSource) { self.source = source }

    /// To poll for what can be received.
    var descriptor: CInt { source.descriptor }

    /// Reads what is available, without waiting.
    ///
    /// - Parameter batches: how many to read at most, so that a flood of events does not keep the caller from its other work.
    /// - Returns: whether nothing more is available.
    func drain(
        batches: Int = .max, at time: () -> Moment, _ each: (Item) -> Void
    ) throws(KernelError) -> Bool {
        for _ in 0..<batches {
            let received = time()
            var damage: DecodeError?
            func note(_ error: DecodeError) { damage = damage ?? error }
            let reading = try source.receive { datagram in
                do throws(DecodeError) {
                    try Entry.events(in: datagram, receivedAt: received) {
                        each(.event($0))
                    } unusable: {
                        note($0)
                    }
                } catch {
                    note(error)
                }
            }
            if let damage { each(.lost(messages: nil, why: "a message could not be read: \(damage)")) }
            if let loss = reading.loss {
                let why = loss.messages.map { "\($0) were lost (ENOBUFS)" } ?? "some were lost (ENOBUFS)"
                each(.lost(messages: loss.messages, why: why))
            }
            if reading.isDrained { return true }
        }
        return false
    }
}
