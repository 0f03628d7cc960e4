import Addresses
import Firewall
import IPVS

/// What becomes of a director from one reading to the next, for a record: flows, services, settings, findings, and what could not be read.
package struct DirectorChronicle: Sendable {
    private var flows = FlowChronicle()
    private var services: [Service]?
    private var configuration: [DirectorComparison.Change.Property]?
    private var settings: [DirectorComparison.Change.Property]?
    private var findings: [Finding] = []
    private var losses: [Loss] = []
    /// What of observed packets is missing, without why: that has numbers, which grow.
    private var unobserved: Set<String> = []
    private var lostEvents = 0
    private var eventLosses = 0

    package init() {}

    /// Compares after a reading has ended, and takes what it has found. The first one tells everything that is there.
    package mutating func take(_ director: DirectorState, _ each: (RecordedEvent) -> Void) {
        takeServices(director, each)
        takeSettings(director, each)
        flows.take(director.store) { each(.flow($0)) }
        takeFindings(director, each)
    }

    /// One that was not read whole says nothing of what it lacks.
    private mutating func takeServices(_ director: DirectorState, _ each: (RecordedEvent) -> Void) {
        if director.reading.losses.contains(where: { $0.what == Loss.services }) { return }
        for change in DirectorComparison.services(services ?? [], director.services) {
            each(.service(change, isFound: services == nil))
        }
        services = director.services
    }

    private mutating func takeSettings(_ director: DirectorState, _ each: (RecordedEvent) -> Void) {
        let now = director.sysctls.lasting
        for change in DirectorComparison.Change.between(settings ?? [], now) {
            each(.setting(change, isFound: settings == nil))
        }
        settings = now
    }

    /// Timeouts and sync daemons of IPVS, which a reading of flows does not have.
    package mutating func take(_ configuration: Director.Configuration, _ each: (RecordedEvent) -> Void) {
        let now = configuration.properties
        let isFound = self.configuration == nil
        for change in DirectorComparison.Change.between(self.configuration ?? [], now) {
            each(.configuration(change, isFound: isFound))
        }
        self.configuration = now
    }

    /// Those that are there now, or not any more. Another severity is another finding.
    package mutating func takeFindings(_ director: DirectorState, _ each: (RecordedEvent) -> Void) {
        let now = director.findings
        for old in findings where !now.contains(where: old.isSame) { each(.finding(old, isRaised: false)) }
        for new in now where !findings.contains(where: new.isSame) { each(.finding(new, isRaised: true)) }
        findings = now
    }

    /// What is missing, each as long as it lasts once; and how many events were lost since the last call.
    package mutating func takeLosses(_ director: DirectorState, _ each: (RecordedEvent) -> Void) {
        let trouble = director.reading.trouble.map { [Loss("a reading", $0)] } ?? []
        let absence = director.absence.map { [Loss("IPVS", $0)] } ?? []
        let unchecked = director.checks.trouble.map { [Loss("the checks", $0)] } ?? []
        let report = director.checks.report.flatMap { $0.awaitsTrial ? nil : $0 }
        let now = trouble + absence + director.reading.losses + unchecked + (report?.losses ?? [])
        for loss in now where !losses.contains(loss) { each(.loss(loss)) }
        losses = now
        let events = director.events
        if events.losses > eventLosses {
            let messages = events.lostMessages - lostEvents
            each(.loss(Loss("events", messages > 0 ? "\(messages) were lost" : "some were lost")))
        }
        (eventLosses, lostEvents) = (events.losses, events.lostMessages)
    }

    /// The same of packets that are observed.
    package mutating func takeLosses(_ packets: PacketTotals, _ each: (RecordedEvent) -> Void) {
        for loss in packets.losses where !unobserved.contains(loss.what) { each(.loss(loss)) }
        unobserved = Set(packets.losses.map(\.what))
    }
}
