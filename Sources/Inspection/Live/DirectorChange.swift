import Conntrack

/// What has changed in a `DirectorState`.
package enum DirectorChange: Sendable {
    case readingBegan
    /// The first reading goes on, and has more rows.
    case rowsCame
    /// All entries of the running reading have been delivered.
    case entriesEnded(isWhole: Bool)
    /// The reading is complete, with new verdicts, rates and findings; or it failed, and `reading.trouble` says why.
    case readingEnded
    case event(Event<Entry>)
    /// Events were lost; a reading recovers them.
    case lost(messages: Int?)
    /// A reading has recovered a loss.
    case resynced
    case statistics
    /// The checks were made, or could not be.
    case checked
    /// The network around the director was read.
    case network
    /// The packet counters were read.
    case observed
    /// Individual packets were seen.
    case packetsSeen
    /// Nothing of the observation is left in the kernel.
    ///
    /// - because: why it could not start or ended; nil if it was no longer wanted.
    case observationEnded(because: String?)
    /// Another moment of a record is shown.
    ///
    /// - lines: the last ones before it, the oldest first.
    case recorded(lines: [RecordLine])
}

/// What has to be read and followed.
package struct Demand: Equatable, Sendable {
    /// Whether to keep reading.
    package var reads = true
    /// Which entries are wanted individually, besides those of flows; nil for none.
    package var entries: EntryFilter?
    /// Events to subscribe to besides NEW.
    package var eventKinds: Set<EventKind> = []
    /// Whether to read where packets to the real servers go, and who is there.
    package var network = false
    /// Whether to count packets in the kernel.
    package var observes = false
    /// Whose packets to count besides those of services.
    package var addresses: [ObservedSubject] = []
    /// How often to read; nil for as often as at the start.
    package var interval: Duration?

    package init() {}
}
