import Netlink

/// A multicast group that delivers what a test has prepared, batch by batch, and then nothing.
package final class ScriptedEvents: EventSource {
    package struct Batch {
        var datagrams: [[UInt8]]
        var reading: EventReading

        /// - Parameter isDrained: whether nothing more is available after it.
        package init(_ datagrams: [[UInt8]] = [], loss: EventLoss? = nil, isDrained: Bool = true) {
            self.datagrams = datagrams
            reading = EventReading(datagrams: datagrams.count, isDrained: isDrained, loss: loss)
        }
    }

    package var batches: [Batch]
    /// Groups joined besides the first.
    package private(set) var joined: [UInt32] = []

    package init(_ batches: [Batch] = []) { self.batches = batches }

    package func receive(_ receive: (RawSpan) -> Void) throws(KernelError) -> EventReading {
        guard !batches.isEmpty else { return EventReading(isDrained: true) }
        let batch = batches.removeFirst()
        for datagram in batch.datagrams { receive(datagram.span.bytes) }
        return batch.reading
    }

    package func join(_ group: UInt32) { joined.append(group) }

    package let descriptor: CInt = -1
}
