import Addresses
import CLinux
import CNetlink
import Conntrack
import Firewall
import Glibc
import Inspection
import Netlink
import Routing
import SystemPackage

/// A director's packet filter, network and settings in a network namespace of our own, where packets of ours meet them: the kernel is the
/// judge. Nothing leaves it, nobody else sees it, and it ends with its thread.
///
/// Belongs to the thread that `run` makes.
package final class Sandbox {
    /// What could not be copied, and why.
    package private(set) var missing: [Loss] = []
    /// The links by which packets can arrive, by index.
    package let links: [Int32: String]
    package let network: NetworkConfiguration
    /// Of the kernel that judges.
    package var kernelRelease: String { kernel.origin.kernelRelease }

    private let kernel: LiveKernel
    private let traces: EventSocket
    private let wires: Wires
    private let places: RulePlaces

    /// Makes one, lets `body` use it, and removes it. Blocks for tens of milliseconds and for as long as `body` takes.
    ///
    /// Needs CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW, which everybody has in a user namespace of their own (`UserNamespace`).
    ///
    /// - Throws: if it cannot be made; what merely cannot be copied is in `missing`.
    package static func run<Value>(
        _ plan: SandboxPlan, _ body: (Sandbox) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try onOwnThread { () throws(KernelError) in try body(try Sandbox(plan)) }
    }

    private init(_ plan: SandboxPlan) throws(KernelError) {
        // Packets are handled in the order in which they were sent only on one CPU.
        _ = clinux_stay_on_this_cpu()
        let clients = try PrivateNamespace()
        let far = LiveKernel()
        let director = try PrivateNamespace()
        kernel = LiveKernel()
        network = plan.network ?? .oneLink(with: plan.addresses)
        let copy = try NetworkCopy(of: network, into: kernel, farEndsIn: clients)
        links = copy.names
        missing = copy.missing.map { Loss($0.what, $0.why.description) }
        try clients.enter()
        wires = try Wires(Array(links.keys), far)
        try director.enter()
        traces = try EventSocket(groups: [NFNLGRP_NFTRACE.rawValue], buffer: 8 << 20, for: "trace packets")
        let rules = try RulesetCopy(of: plan.ruleset, into: kernel)
        missing += rules.missing.map { Loss($0.object.description, $0.why.description) }
        places = RulePlaces(of: plan.ruleset, in: try Ruleset(reading: kernel), without: rules.missing.map(\.object))
        try WatchTable(keepsEntries: plan.keepsEntries).make()
        // Tracking begins with the first rule about ctstates, so its settings are there only now.
        missing += Self.apply(plan.settings)
        if plan.network == nil {
            missing.append(Loss("the director's network", "the capture does not have it; one link is assumed"))
        }
    }

    private static func apply(_ settings: [(name: String, value: String)]) -> [Loss] {
        settings.compactMap { setting in
            let path = FilePath("/" + KernelFile(sysctl: setting.name).path)
            do {
                let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
                defer { try? file.close() }
                _ = try file.writeAll(setting.value.utf8)
                return nil
            } catch let error as Errno where error == .noSuchFileOrDirectory {
                // Of a link that the sandbox has not, or of another kernel.
                return nil
            } catch { return Loss(setting.name, "it could not be set: \(error)") }
        }
    }

    // MARK: Probes

    /// Sends a packet in by a link, and says what became of it. Blocks for a fraction of a millisecond.
    package func outcome(of packet: [UInt8], by link: Int32) throws(KernelError) -> ProbeOutcome {
        var reader = ProbeReader()
        try wires.send(packet, by: link)
        try collect(into: &reader)
        if !reader.isOver {
            // Whatever was sent before it has been handled when its trace arrives.
            try wires.send(ProbeReader.barrier, by: link)
            try collect(into: &reader)
            for _ in 0..<Self.patience where !reader.isOver {
                var wait = pollfd(fd: traces.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&wait, 1, 1)
                try collect(into: &reader)
            }
        }
        return places.director(reader.outcome)
    }

    /// In milliseconds.
    private static let patience = 100

    private func collect(into reader: inout ProbeReader) throws(KernelError) {
        while true {
            let reading = try traces.receive { reader.take($0) }
            if reading.loss != nil { reader.hasLost = true }
            if reading.isDrained { return }
        }
    }

    /// The text of a rule; blocks for milliseconds.
    package func text(of rule: DroppingRule) -> RuleText {
        guard let cache = try? RuleCache() else { return .unknown("nft's library does not load") }
        return cache.text(of: places.copy(rule), at: .now)
    }
}

extension NetworkConfiguration {
    /// In place of one that is not known.
    fileprivate static func oneLink(with addresses: Set<IPAddress>) -> NetworkConfiguration {
        NetworkConfiguration(oneLink: "eth0", addresses: addresses)
    }
}

/// The far ends of the director's links.
private struct Wires: ~Copyable {
    private var descriptors: [Int32: WireBox] = [:]

    private final class WireBox {
        let wire: Wire
        init(_ wire: consuming Wire) { self.wire = wire }
    }

    /// In the clients' namespace, which `kernel` asks.
    init(_ links: [Int32], _ kernel: any KernelSource) throws(KernelError) {
        for link in links {
            try NetworkCopy.raiseFarEnd(of: link, kernel)
            let wire = try Wire(NetworkCopy.farIndex(of: link), to: NetworkCopy.linkAddress(of: link))
            descriptors[link] = WireBox(wire)
        }
    }

    borrowing func send(_ packet: [UInt8], by link: Int32) throws(KernelError) {
        guard let box = descriptors[link] else {
            throw KernelError("send a packet into the sandbox", .failed, detail: "it has no link \(link)")
        }
        try box.wire.send(packet)
    }
}
