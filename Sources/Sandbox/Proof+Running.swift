import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Processes

/// What is tried of a fix: lines for sh(1), as they are printed.
package struct FixScript: Sendable {
    package var apply: [String]
    package var undo: [String]
    /// Whether flags that no connection has are to stay out.
    package var isStrict: Bool

    package init(apply: [String], undo: [String], isStrict: Bool) {
        (self.apply, self.undo, self.isStrict) = (apply, undo, isStrict)
    }
}

extension Proof {
    /// Runs the commands of a fix in a copy of the director, and sends packets before and after. Blocks as two trials do; see `Sandbox.run`
    /// for what it needs.
    ///
    /// - Parameters:
    ///   - plan: the director as it is.
    ///   - changed: with the settings of the fix.
    /// - Returns: the proof, and what became of the packets after the fix.
    package static func running(
        _ script: FixScript, for services: [Service], in plan: SandboxPlan, with changed: SandboxPlan,
        isStopped: @escaping () -> Bool = { false }
    ) throws(KernelError) -> (proof: Proof, after: Trial) {
        let before = try Sandbox.run(plan) { sandbox throws(KernelError) in
            let runner = TrialRunner(sandbox, keepsEntries: plan.keepsEntries, isStopped)
            let trial = try runner.trial(of: services)
            return (trial, try runner.closedTrial(of: services, isStrict: script.isStrict))
        }
        return try Sandbox.run(changed) { sandbox throws(KernelError) in
            let runner = TrialRunner(sandbox, keepsEntries: changed.keepsEntries, isStopped)
            let listing = try sandbox.listing()
            if let refusal = try sandbox.refusal(of: script.apply) { return (Proof(.failed(refusal)), before.0) }
            let after = try runner.trial(of: services)
            let closed = try runner.closedTrial(of: services, isStrict: script.isStrict)
            var undone = try sandbox.refusal(of: script.undo)
            if undone == nil, listing != (try sandbox.listing()) { undone = "the rules are not as they were" }
            let rows = zip(before.1, closed).map {
                Row($0.target, $0.probe, hadPassed: $0.hasPassed, passes: $1.hasPassed)
            }
            return (Proof(before: before.0, after: after, closed: rows, undone: undone), after)
        }
    }
}

extension Sandbox {
    /// What the first failing line said; nil if all went well.
    fileprivate func refusal(of lines: [String]) throws(KernelError) -> String? {
        let script = (["set -e"] + lines).joined(separator: "\n")
        let outcome = try run(["sh"], input: Array(script.utf8))
        if outcome.hasSucceeded { return nil }
        let words = String(decoding: outcome.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
        return "a command failed: \(words.first.map(String.init) ?? "\(outcome.end)")"
    }

    /// All rules as nft and iptables-legacy-save print them, without counters.
    fileprivate func listing() throws(KernelError) -> [String] {
        var lines = Self.lines(try run(["nft", "-s", "list", "ruleset"]).output)
        guard hasLegacyTables else { return lines }
        for program in ["iptables-legacy-save", "ip6tables-legacy-save"] where ChildProcess.path(of: program) != nil {
            // Chains have counters, and a table stays once it is there: what is left is the rules.
            lines += Self.lines(try run([program]).output).filter { $0.hasPrefix("-A") }
        }
        return lines
    }

    private static func lines(_ output: [UInt8]) -> [String] {
        String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}

/// A packet that should not get further than before.
struct ClosedProbe {
    let target: Proof.Target
    let probe: Probe
    let hasPassed: Bool
}

extension TrialRunner {
    /// How many services are tried with nonsense and from spoofed sources: the rest would be the same rules again.
    private static let most = 16

    /// Sends what the packet filter may keep out.
    func closedTrial(of services: [Service], isStrict: Bool) throws(KernelError) -> [ClosedProbe] {
        var found: [ClosedProbe] = []
        var addresses: Set<IPAddress> = []
        for service in services.prefix(Self.most) {
            guard case .address(let `protocol`, let endpoint) = service.identity else { continue }
            let identity = service.identity
            if `protocol` == .tcp {
                if isStrict { try send(Self.nonsense, to: endpoint, .nonsense(identity), &found) }
                try send(Self.spoofed, to: endpoint, from: endpoint.address, .spoofed(identity), &found)
            }
            guard addresses.insert(endpoint.address).inserted else { continue }
            if endpoint.port != 0 {
                let other = Endpoint(endpoint.address, Self.freePort(endpoint.address, services))
                try send(Self.usual, to: other, .otherPort(identity), &found)
            }
            let taken = Set(services.compactMap(\.identity.address))
            if let other = localAddress(endpoint.address.family, except: taken) {
                try send(Self.usual, to: Endpoint(other, endpoint.port), .otherAddress(identity), &found)
            }
        }
        return found
    }

    private static let usual: [TCPFlags] = [.syn, .ack, [.fin, .ack], .rst, [.rst, .ack]]
    /// Scans: nothing, everything, what cannot be together.
    private static let nonsense: [TCPFlags] = [[], [.fin, .psh, .urg], [.syn, .fin], [.syn, .rst], [.fin]]
    /// Whatever else comes from there is like the same from anywhere.
    private static let spoofed: [TCPFlags] = [.syn]

    private func send(
        _ flags: [TCPFlags], to target: Endpoint, from source: IPAddress? = nil, _ name: Proof.Target,
        _ found: inout [ClosedProbe]
    ) throws(KernelError) {
        for flags in flags {
            let probe = Probe(.tcp(flags))
            let hasPassed = try hasPassed(probe, to: target, from: source)
            found.append(ClosedProbe(target: name, probe: probe, hasPassed: hasPassed))
        }
    }

    private static func freePort(_ address: IPAddress, _ services: [Service]) -> UInt16 {
        let taken = Set(
            services.compactMap { service -> UInt16? in
                guard case .address(_, let endpoint) = service.identity, endpoint.address == address else { return nil }
                return endpoint.port
            })
        return (40_001...40_999).first { !taken.contains($0) } ?? 40_000
    }
}

extension Service.Identity {
    fileprivate var address: IPAddress? {
        if case .address(_, let endpoint) = self { endpoint.address } else { nil }
    }
}
