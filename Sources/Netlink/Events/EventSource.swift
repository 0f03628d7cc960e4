/// The boundary through which the kernel's own messages pass, those that nobody asked for: the live kernel's multicast groups are one
/// implementation, a script of a test another.
///
/// A source belongs to one thread.
package protocol EventSource: AnyObject {
    /// Takes the next batch of what is there, without waiting.
    ///
    /// - Parameter receive: gets each datagram, borrowed for the call.
    /// - Throws: when the socket fails. Loss is no failure: it is part of the reading.
    func receive(_ receive: (RawSpan) -> Void) throws(KernelError) -> EventReading

    /// To poll for what can be received, beside other descriptors; negative when there is nothing to wait for.
    var descriptor: CInt { get }
}

/// What a batch of events came to.
package struct EventReading: Equatable, Sendable {
    /// Datagrams that were handed over.
    package var datagrams = 0
    /// Nothing more was there when the batch ended.
    package var isDrained = false
    /// What was lost until now and not declared yet. It lies after what was handed over so far.
    package var loss: EventLoss?

    /// A batch's outcome; without arguments that of nothing received, and perhaps more to come.
    package init(datagrams: Int = 0, isDrained: Bool = false, loss: EventLoss? = nil) {
        self.datagrams = datagrams
        self.isDrained = isDrained
        self.loss = loss
    }
}

/// Messages that the kernel made and nobody will ever see.
package struct EventLoss: Equatable, Sendable {
    /// How many; nil when the kernel says that some were lost, but not how many.
    package var messages: Int?

    /// A loss of so many messages.
    package init(messages: Int?) { self.messages = messages }
}
