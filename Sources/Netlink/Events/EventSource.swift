/// The boundary for unsolicited messages from the kernel: the live kernel's multicast groups are one implementation, a test script
/// another.
///
/// A source belongs to one thread.
package protocol EventSource: AnyObject {
    /// Reads the next available batch, without waiting.
    ///
    /// - Parameter receive: gets each datagram, borrowed for the call.
    /// - Throws: if the socket fails. Loss is not a failure: it is part of the reading.
    func receive(_ receive: (RawSpan) -> Void) throws(KernelError) -> EventReading

    /// Subscribes to one more multicast group.
    func join(_ group: UInt32) throws(KernelError)

    /// For polling together with other descriptors; negative if there is nothing to wait for.
    var descriptor: CInt { get }
}

/// The outcome of a batch of events.
package struct EventReading: Equatable, Sendable {
    /// Datagrams delivered.
    package var datagrams = 0
    /// Nothing more was available when the batch ended.
    package var isDrained = false
    /// Losses not declared yet. They happened after what has been delivered so far.
    package var loss: EventLoss?

    /// Without arguments: nothing received, and there may be more.
    package init(datagrams: Int = 0, isDrained: Bool = false, loss: EventLoss? = nil) {
        self.datagrams = datagrams
        self.isDrained = isDrained
        self.loss = loss
    }
}

/// Messages that the kernel sent but could not deliver.
package struct EventLoss: Equatable, Sendable {
    /// Nil if the kernel reports a loss, but not its size.
    package var messages: Int?

    package init(messages: Int?) { self.messages = messages }
}
