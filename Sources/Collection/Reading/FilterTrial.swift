import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Sandbox

/// A director's packet filter with what it needs around it, read to be tried in a sandbox.
package struct FilterTrial {
    let ruleset: Ruleset
    let legacyTables: [LegacyTable]
    private let surroundings: Surroundings
    /// Those that are tried: with destinations whose answers bypass the director.
    let services: [Service]
    private let sysctls: Sysctls
    /// What is there and is not tried.
    private let omitted: [Loss]
    /// Whether rules of iptables-legacy could not be read.
    private let lacksLegacyRules: Bool
    private let isOfCapture: Bool

    /// Reads all of it. Needs CAP_NET_ADMIN.
    package init(of facts: DirectorFacts, reading source: any KernelSource) throws(KernelError) {
        ruleset = try Ruleset(reading: source)
        surroundings = Surroundings(reading: source)
        services = (facts.services.value ?? []).filter { service in
            service.destinations.contains { $0.method.answersBypassDirector }
        }
        var sysctls = surroundings.sysctls
        sysctls.values.merge(facts.sysctls.values) { $1 }
        self.sysctls = sysctls
        var omitted = surroundings.losses
        for name in [Sysctls.ipvsConntrack, Sysctls.tcpLoose] where sysctls.number(name) == nil {
            omitted.append(Loss(name, "it is not known"))
        }
        if !ruleset.isWhole { omitted.append(Loss("a part of the rules", "they kept changing while they were read")) }
        let legacy = LegacyTable.all(in: source)
        omitted += legacy.failures.map { Loss("the tables of iptables-legacy", $0.description) }
        legacyTables = legacy.tables
        lacksLegacyRules = !legacy.failures.isEmpty
        isOfCapture = source is CapturedKernel
        self.omitted = omitted
    }

    /// Runs it; see `Sandbox.run` for what that needs. What a capture holds comes from strangers: it is tried in a user namespace, where
    /// even root has no power over the host, and which lasts as long as the process.
    package func fact(isStopped: @escaping () -> Bool = { false }) -> Fact<Trial> {
        if services.isEmpty { return .known(Trial()) }
        do throws(KernelError) {
            var trial =
                try isOfCapture ? inUserNamespace(isStopped) : Trial(of: services, in: plan, isStopped: isStopped)
            trial.missing += omitted
            trial.lacksRules = trial.lacksRules || lacksLegacyRules
            return trial.doubt.map { .incomplete(trial, $0) } ?? .known(trial)
        } catch { return .unreadable(error.description) }
    }

    /// What is not tried of the director makes a proof no proof.
    func completed(_ proof: Proof) -> Proof {
        guard proof.result == .proven, let first = omitted.first else { return proof }
        var proof = proof
        proof.result = .unproven("\(first.what): \(first.why)")
        return proof
    }

    /// Where the system allows none, root does without.
    private func inUserNamespace(_ isStopped: @escaping () -> Bool) throws(KernelError) -> Trial {
        var refusal: KernelError?
        do throws(KernelError) { try UserNamespace.enter() } catch { refusal = error }
        do throws(KernelError) { return try Trial(of: services, in: plan, isStopped: isStopped) } catch {
            throw error.cause == .forbidden ? refusal ?? error : error
        }
    }

    /// Who makes the rules.
    package var managers: [FirewallManager] { ruleset.managers(beside: legacyTables) }

    /// Of the director as it is.
    var plan: SandboxPlan {
        let addresses = services.compactMap { service -> IPAddress? in
            if case .address(_, let endpoint) = service.identity { endpoint.address } else { nil }
        }
        return SandboxPlan(
            ruleset: ruleset, legacyTables: legacyTables, network: surroundings.network, sysctls: sysctls,
            addresses: Set(addresses))
    }
}

extension DirectorFacts {
    /// Tries the packet filter, if there is anything to try it for.
    ///
    /// - Returns: what was tried; nil if there was nothing, or it could not be read.
    @discardableResult
    package mutating func tryFilter(
        reading source: any KernelSource, isStopped: @escaping () -> Bool = { false }
    ) -> FilterTrial? {
        guard !(services.value ?? []).isEmpty else {
            trial = .absent("there are no services to try it for")
            return nil
        }
        do throws(KernelError) {
            let filter = try FilterTrial(of: self, reading: source)
            trial = filter.fact(isStopped: isStopped)
            return filter
        } catch {
            trial = .unreadable(error.description)
            return nil
        }
    }
}
