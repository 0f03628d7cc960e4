import Addresses
import Firewall
import IPVS
import Inspection
import Netlink

/// Observes the packets of all services, and of other addresses, while that is wanted. It starts over when the services or their real servers change.
package final class PacketObserver {
    /// What it reports.
    package enum News {
        case sample(Sample)
        case traced(TracedPacket)
        /// What was counted so far.
        case observed(Observation, took: Duration)
        /// It could not start, or ended with an error.
        case failed(KernelError)
        /// It ended because it is no longer wanted; nothing of it is left in the kernel.
        case ended
    }

    private let kernel: any KernelSource
    private let startsTracking: Bool
    private let hints: ObservationHints
    private let clock = Clocks.system
    private var observer: Observer?
    private var observed: [Subject] = []
    private var addresses: [ObservedSubject] = []
    /// Packets that have arrived and were not handed over yet.
    private let waiting = Waiting()

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

    private final class Waiting {
        var packets: [News] = []
    }

    package init(_ kernel: any KernelSource, startsTracking: Bool, _ hints: ObservationHints) {
        self.kernel = kernel
        self.startsTracking = startsTracking
        self.hints = hints
    }

    /// Starts or ends observing.
    ///
    /// - Parameter addresses: observed besides the services, which need not exist then.
    package func keep(_ isWanted: Bool, alsoOf addresses: [ObservedSubject] = [], _ tell: (News) -> Void) {
        if !isWanted, observer != nil {
            observer = nil
            tell(.ended)
        }
        guard isWanted, observer == nil || addresses != self.addresses else { return }
        self.addresses = addresses
        attempt(tell) { () throws(KernelError) in try begin(services()) }
    }

    /// Addresses can be observed without IPVS.
    private func services() throws(KernelError) -> [Service] {
        do throws(KernelError) {
            return try Director(kernel).wholeServices()
        } catch {
            if error.cause == .absent, !addresses.isEmpty { return [] }
            throw error
        }
    }

    private func begin(_ services: [Service]) throws(KernelError) {
        if services.isEmpty, addresses.isEmpty {
            throw KernelError(
                "observe", .absent, detail: "IPVS has no services here", nextStep: hints.addService)
        }
        // The old table is removed before the new one is created, or packets would be counted twice.
        observer = nil
        let plan = ObservationPlan(
            ObservedSubject.services(services, []) + addresses, forwards: Director.isPresent(in: kernel),
            services: services)
        let preconditions = try ObservationPreconditions(plan, kernel, mayStartTracking: startsTracking, hints)
        let waiting = waiting
        let listener = SampleListener {
            waiting.packets.append(.sample($0))
        } traced: {
            waiting.packets.append(.traced($0))
        }
        let samples = SamplePlan(samples: 20, samplesPerSecond: 5)
        observer = try Observer(kernel, plan, preconditions, samples, listener)
        observed = services.map(Subject.init)
    }

    /// Hands over the packets that have arrived, without waiting.
    ///
    /// - Parameter begin: is called in between, so that no packet seems to be from the future.
    package func collect(_ begin: () -> Void, _ tell: (News) -> Void) {
        guard let observer else { return }
        attempt(tell) { () throws(KernelError) in try observer.collectSamples() }
        begin()
        for packet in waiting.packets { tell(packet) }
        waiting.packets = []
    }

    /// Reads the counters.
    package func look(_ tell: (News) -> Void) {
        guard observer != nil else { return }
        attempt(tell) { () throws(KernelError) in
            let services = try services()
            if services.map(Subject.init) != observed { try begin(services) }
            guard let observer else { return }
            let start = clock.elapsed()
            let observation = try observer.look()
            tell(.observed(observation, took: clock.elapsed() - start))
        }
    }

    private func attempt(_ tell: (News) -> Void, _ work: () throws(KernelError) -> Void) {
        do throws(KernelError) {
            try work()
        } catch {
            observer = nil
            tell(.failed(error))
        }
    }
}
