import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Terminal

/// Observes the packets of all services while a screen wants it. When the services or their real servers change, it begins anew.
final class PacketObserver {
    private let kernel: any KernelSource
    private let startsTracking: Bool
    private let clock = EventClock.system
    private var observer: Observer?
    private var observed: [Subject] = []
    /// Packets that were told and not handed over yet.
    private let evidence = Evidence()

    /// What an observation depends on.
    private struct Subject: Equatable {
        var service: Service.Identity
        var servers: [Endpoint]
        var methods: [ForwardingMethod]

        init(_ service: Service) {
            self.service = service.identity
            servers = service.destinations.map(\.endpoint)
            methods = service.destinations.map(\.method)
        }
    }

    private final class Evidence {
        var events: [WatchEvent] = []
    }

    init(_ kernel: any KernelSource, startsTracking: Bool) {
        self.kernel = kernel
        self.startsTracking = startsTracking
    }

    /// Begins or ends.
    func keep(_ isWanted: Bool, _ tell: (WatchEvent) -> Void) {
        if !isWanted, observer != nil {
            observer = nil
            tell(.said("observing has ended: nothing of it is left in the kernel"))
        }
        guard isWanted, observer == nil else { return }
        attempt(tell) { () throws(KernelError) in try begin(Director(kernel).services().services) }
    }

    private func begin(_ services: [Service]) throws(KernelError) {
        if services.isEmpty {
            throw KernelError(
                "observe", .absent, detail: "IPVS has no services here", nextStep: "add one, and press o again")
        }
        // The old table goes before the new one comes, or packets would be counted twice.
        observer = nil
        let plan = ObservationPlan(ObservedSubject.services(services, []))
        let grounds = try ObservationGrounds(plan, kernel, mayStartTracking: startsTracking)
        let evidence = evidence
        let listener = EvidenceListener {
            evidence.events.append(.sample($0))
        } traced: {
            evidence.events.append(.traced($0))
        }
        let packets = EvidencePlan(samples: 20, samplesPerSecond: 5)
        observer = try Observer(kernel, plan, grounds, packets, listener)
        observed = services.map(Subject.init)
    }

    /// Hands over the packets that were told, without waiting.
    ///
    /// - Parameter begin: is called in between, so that no packet seems to come later than it was told of.
    func collect(_ begin: () -> Void, _ tell: (WatchEvent) -> Void) {
        guard let observer else { return }
        attempt(tell) { () throws(KernelError) in try observer.collectEvidence() }
        begin()
        for event in evidence.events { tell(event) }
        evidence.events = []
    }

    /// Reads the counters.
    func look(_ tell: (WatchEvent) -> Void) {
        guard observer != nil else { return }
        attempt(tell) { () throws(KernelError) in
            let services = try Director(kernel).services().services
            if services.map(Subject.init) != observed { try begin(services) }
            guard let observer else { return }
            let start = clock.elapsed()
            let observation = try observer.look()
            tell(.observed(observation, took: clock.elapsed() - start))
        }
    }

    private func attempt(_ tell: (WatchEvent) -> Void, _ work: () throws(KernelError) -> Void) {
        do throws(KernelError) {
            try work()
        } catch {
            observer = nil
            tell(.observationFailed(error.description))
        }
    }
}
