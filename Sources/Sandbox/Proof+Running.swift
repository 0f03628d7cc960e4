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

/// What became of packets before a fix, with which it is compared.
package struct BeforeFix: Sendable {
    /// What must pass.
    let trial: Trial
    /// What should get no further than it did.
    fileprivate let closed: [ClosedProbe]

    /// Sends what should stay out. Blocks for about a millisecond for each packet; see `Sandbox.run` for what it needs.
    ///
    /// - Parameter trial: of these services at least, in this plan.
    package init(_ trial: Trial, of services: [Service], in plan: SandboxPlan) throws(KernelError) {
        self.trial = trial
        closed = try Sandbox.run(plan) { sandbox throws(KernelError) in
            try TrialRunner(sandbox, keepsEntries: plan.keepsEntries) { false }.closedTrial(of: services)
        }
    }
}

extension Proof {
    /// Runs the commands of a fix in a copy of the director, sends packets, and takes the fix back. Blocks as a trial does; see `Sandbox.run`
    /// for what it needs.
    ///
    /// - Parameter plan: the director, with the settings of the fix.
    /// - Returns: the proof, or why the fix is none; and what became of the packets after it.
    /// - Throws: also if a program that the commands call is not installed.
    package static func running(
        _ script: FixScript, for services: [Service], after before: BeforeFix, in plan: SandboxPlan
    ) throws(KernelError) -> (proof: Swift.Result<Proof, Failure>, after: Trial) {
        try Sandbox.run(plan) { sandbox throws(KernelError) in
            let runner = TrialRunner(sandbox, keepsEntries: plan.keepsEntries) { false }
            let listing = try sandbox.listing()
            if let refusal = try sandbox.refusal(of: script.apply) { return (.failure(.init(refusal)), before.trial) }
            let after = try runner.trial(of: services, floods: false)
            let closed = try runner.closedTrial(of: services)
            var undone = try sandbox.refusal(of: script.undo)
            if undone == nil, listing != (try sandbox.listing()) { undone = "the rules are not as they were" }
            let rows = closed.compactMap { after -> Row? in
                let earlier = before.closed.first { $0.target == after.target && $0.probe == after.probe }
                guard let earlier, script.isStrict || !after.target.isNonsense else { return nil }
                return Row(after.target, after.probe, hadPassed: earlier.hasPassed, passes: after.hasPassed)
            }
            let proof = Swift.Result { () throws(Failure) in
                try Proof(before: before.trial, after: after, closed: rows, undone: undone)
            }
            return (proof, after)
        }
    }
}

extension Proof.Target {
    fileprivate var isNonsense: Bool { if case .nonsense = self { true } else { false } }
}

extension Sandbox {
    /// What the first failing line said; nil if all went well.
    fileprivate func refusal(of lines: [String]) throws(KernelError) -> String? {
        let script = (["set -e"] + lines).joined(separator: "\n")
        // Each line has as long as any program, as they are run one after the other.
        let outcome = try run(["sh"], input: Array(script.utf8), within: .seconds(10) * max(lines.count, 1))
        if outcome.hasSucceeded { return nil }
        let words = Self.lines(outcome.errors).first ?? "\(outcome.end)"
        // What sh says of a program that is not there, or that it may not run.
        if outcome.end == .status(127) || outcome.end == .status(126) {
            throw KernelError(
                "run the commands of the fix", .absent, detail: words,
                nextStep: "install it, or run this on the director")
        }
        return "a command failed: \(words)"
    }

    /// All rules as nft and iptables-legacy-save print them, without counters.
    fileprivate func listing() throws(KernelError) -> [String] {
        var lines = try output(of: ["nft", "-s", "list", "ruleset"])
        guard hasLegacyTables else { return lines }
        for program in ["iptables-legacy-save", "ip6tables-legacy-save"] where ChildProcess.path(of: program) != nil {
            // Chains have counters, and a table stays once it is there: what is left is the rules.
            lines += try output(of: [program]).filter { $0.hasPrefix("-A") }
        }
        return lines
    }

    private func output(of command: [String]) throws(KernelError) -> [String] {
        let outcome = try run(command)
        guard outcome.hasSucceeded else {
            throw KernelError("list the rules of the sandbox", .failed, detail: Self.lines(outcome.errors).first)
        }
        return Self.lines(outcome.output)
    }

    private static func lines(_ output: [UInt8]) -> [String] {
        String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}

/// A packet that should not get further than before.
private struct ClosedProbe {
    let target: Proof.Target
    let probe: Probe
    let hasPassed: Bool
}

extension TrialRunner {
    /// How many services are tried with nonsense and from spoofed sources: the rest would be the same rules again.
    private static let most = 16

    /// Sends what the packet filter may keep out.
    fileprivate func closedTrial(of services: [Service]) throws(KernelError) -> [ClosedProbe] {
        var found: [ClosedProbe] = []
        var addresses: Set<IPAddress> = []
        let targets = try self.targets(of: services)
        for (number, identity) in targets.enumerated() {
            guard case .address(let `protocol`, let endpoint) = identity else { continue }
            if `protocol` == .tcp, number < Self.most {
                try send(Self.nonsense, to: endpoint, .nonsense(identity), &found)
                // IPv4's routing drops them by itself (`__fib_validate_source`, net/ipv4/fib_frontend.c).
                if endpoint.address.family == .ipv6 {
                    try send(Self.spoofed, to: endpoint, from: endpoint.address, .spoofed(identity), &found)
                }
            }
            guard addresses.insert(endpoint.address).inserted else { continue }
            if endpoint.port != 0 {
                let other = Endpoint(endpoint.address, Self.freePort(endpoint.address, targets))
                try send(Self.usual, to: other, .otherPort(identity), &found)
            }
            let taken = Set(targets.compactMap(\.address))
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

    /// What their packets are for.
    private func targets(of services: [Service]) throws(KernelError) -> [Service.Identity] {
        var targets: [Service.Identity] = []
        for service in services { targets += try addressed(service).map(\.target) }
        return targets
    }

    private static func freePort(_ address: IPAddress, _ targets: [Service.Identity]) -> UInt16 {
        let taken = Set(
            targets.compactMap { target -> UInt16? in
                guard case .address(_, let endpoint) = target, endpoint.address == address else { return nil }
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
