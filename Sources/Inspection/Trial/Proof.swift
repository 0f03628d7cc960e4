import Conntrack
import IPVS

/// Packets before and after a fix: what must pass does, and what was closed stays closed.
package struct Proof: Equatable, Sendable {
    package enum Result: Equatable, Sendable {
        case proven
        /// It could not be tried, or not all of it: why.
        case unproven(String)
    }

    /// A fix that does not help, or opens too much, is none: why.
    package struct Failure: Error, Equatable, Sendable {
        package let why: String

        package init(_ why: String) { self.why = why }
    }

    package var result: Result
    /// What must pass.
    package var packets: [Row] = []
    /// What must not, unless it did before.
    package var closed: [Row] = []
    /// Of the kernel that judged; nil if none did.
    package var kernelRelease: String?

    package init(_ result: Result) { self.result = result }

    package struct Row: Equatable, Sendable {
        package var target: Target
        package var probe: Probe
        package var hadPassed: Bool
        package var passes: Bool
        /// Else what became of it may not be known.
        package var isDropped: Bool

        package init(_ target: Target, _ probe: Probe, hadPassed: Bool, passes: Bool, isDropped: Bool? = nil) {
            self.target = target
            self.probe = probe
            self.hadPassed = hadPassed
            self.passes = passes
            self.isDropped = isDropped ?? !passes
        }
    }

    package enum Target: Hashable, Sendable {
        case service(Service.Identity)
        /// The service, with flags that no connection has.
        case nonsense(Service.Identity)
        /// The address of a service, at a port that is none's.
        case otherPort(Service.Identity)
        /// Another local address, at the service's port.
        case otherAddress(Service.Identity)
        /// The service, from an address that is the service's own.
        case spoofed(Service.Identity)
    }

    /// Judges a fix by both trials.
    ///
    /// - Parameters:
    ///   - closed: what was tried that should stay as it was.
    ///   - undone: why undoing it does not restore what was there; nil if it does.
    package init(before: Trial, after: Trial, closed: [Row], undone: String?) throws(Failure) {
        self.init(.proven)
        self.closed = closed
        kernelRelease = after.kernelRelease
        for service in after.services {
            let earlier = before.services.first { $0.service == service.service && $0.target == service.target }
            packets += service.rows(before: earlier)
        }
        if let row = packets.first(where: \.isDropped) {
            throw Failure("\(row.probe.packetClass.name) to \(row.target.service) is still dropped")
        }
        if let row = closed.first(where: { $0.passes && !$0.hadPassed }) {
            throw Failure("\(row.probe.packetClass.name) to \(row.target.service) passes, which was closed")
        }
        if let undone { throw Failure("undoing it leaves something behind: \(undone)") }
        if let doubt = after.doubt {
            result = .unproven(doubt)
        } else if packets.isEmpty {
            result = .unproven("no packet of these services is tried")
        }
    }
}

extension Proof.Target {
    package var service: Service.Identity {
        switch self {
        case .service(let service), .nonsense(let service), .otherPort(let service), .otherAddress(let service),
            .spoofed(let service):
            service
        }
    }
}

extension ServiceTrial {
    /// One for each packet, with what became of it before.
    fileprivate func rows(before: ServiceTrial?) -> [Proof.Row] {
        let target = Proof.Target.service(self.target)
        var rows: [Proof.Row] = []
        if let opening, let probe = Probe.opening(of: self.target) {
            rows.append(
                .init(
                    target, probe, hadPassed: before?.isReachable ?? false, passes: opening.hasPassed,
                    isDropped: opening.droppingRule != nil))
        }
        for (probe, outcome) in outcomes {
            let earlier = before?.outcomes.first { $0.probe == probe }
            // With other settings others are sent.
            let hadPassed = earlier?.outcome.hasPassed ?? outcome.hasPassed
            rows.append(
                .init(
                    target, probe, hadPassed: hadPassed, passes: outcome.hasPassed,
                    isDropped: outcome.droppingRule != nil))
        }
        return rows
    }
}
