import Addresses
import CLinux
import CNetlink
import Conntrack
import Firewall
import Glibc
import IPVS
import Inspection
import Netlink
import Processes
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
    /// Those of the director.
    let routes: RouteLookup
    /// Whether a part of the packet filter is missing.
    package let lacksRules: Bool
    /// Of the kernel that judges.
    package var kernelRelease: String { kernel.origin.kernelRelease }

    /// Services that IPVS has here; nil if it does without, and then packets go no further than to where it would take them.
    let ipvs: Set<Service.Identity>?

    private let kernel: LiveKernel
    private let traces: EventSocket
    private let wires: Wires
    private let own = OwnSender()
    let places: RulePlaces
    private let legacy: LegacyCopy
    /// The rules of nf_tables that limit packets.
    let limits: Set<DroppingRule>
    /// Whether its rules ask who sends a packet, or tell IPv6 hosts of one network apart.
    private(set) lazy var asksForSenders =
        rules.ruleset.asksForSenders || legacy.tables.contains(where: \.asksForSenders)
    private(set) lazy var namesIPv6Hosts =
        rules.ruleset.namesIPv6Hosts || legacy.tables.contains(where: \.namesIPv6Hosts)
    /// Whether the director has tables of iptables-legacy.
    var hasLegacyTables: Bool { !legacy.tables.isEmpty }
    var hasLimits: Bool { !limits.isEmpty || legacy.tables.contains(where: \.hasLimits) }
    private let rules: SandboxRules
    /// What its rules say about destinations; read once it is asked for.
    private(set) lazy var destinations = rules.destinations
    /// Connections that services by mark may have had.
    let flowsByMark: [KnownFlow]
    /// Where clients may be.
    let origins: [IPAddress.Family: ProbeOrigins]
    private let cache = RuleCache()
    /// By which a packet came in last: others may be down.
    private var lastLink: Int32?
    /// Probes in a row of which nothing was heard.
    private var silences = 0

    /// Makes one, lets `body` use it, and removes it. Blocks for tens of milliseconds and for as long as `body` takes.
    ///
    /// Needs CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW, which everybody has in a user namespace of their own (`UserNamespace`; for root
    /// CAP_SETFCAP to enter it).
    ///
    /// - Throws: if it cannot be made; what merely cannot be copied is in `missing`.
    package static func run<Value>(
        _ plan: SandboxPlan, _ body: (Sandbox) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try onOwnThread { () throws(KernelError) in try body(try Sandbox(plan)) }
    }

    private init(_ plan: SandboxPlan) throws(KernelError) {
        // What is run in here changes packet filters and settings of the network, and nothing else.
        let binding = Errno(rawValue: clinux_bind_programs())
        guard binding.rawValue == 0 else {
            throw KernelError("bind the sandbox's programs", .failed, errno: binding)
        }
        // Packets are handled in the order in which they were sent only on one CPU.
        let pinning = Errno(rawValue: clinux_stay_on_this_cpu())
        guard pinning.rawValue == 0 else {
            throw KernelError("stay on one CPU for the sandbox", .failed, errno: pinning)
        }
        let clients = try PrivateNamespace()
        Self.keepOutOfLog()
        let far = LiveKernel()
        // Nothing is sent but what we send.
        _ = Self.apply(["all", "default"].map { ("net.ipv6.conf.\($0).disable_ipv6", "1") })
        let director = try PrivateNamespace()
        Self.keepOutOfLog()
        kernel = LiveKernel()
        network = plan.network ?? NetworkConfiguration(oneLink: "eth0", addresses: plan.addresses)
        routes = RouteLookup(network)
        let copy = try NetworkCopy(of: network, into: kernel, farEndsIn: clients)
        links = copy.names
        flowsByMark = plan.flowsByMark
        let (network, links, known) = (self.network, self.links, plan.flowsByMark.map(\.client))
        origins = Dictionary(
            uniqueKeysWithValues: [IPAddress.Family.ipv4, .ipv6].map { ($0, ProbeOrigins(network, links, $0, known)) })
        try clients.enter()
        wires = try Wires(Array(links.keys), far)
        try director.enter()
        try copy.awaitCarrier(of: network)
        missing = Self.apply(plan.settings.filter { !$0.name.hasPrefix(Self.tracking) })
        copy.copyRest(of: network)
        try copy.awaitAddresses(of: network)
        missing += copy.missing.map { Loss($0.what, $0.why.description) }
        traces = try EventSocket(groups: [NFNLGRP_NFTRACE.rawValue], buffer: 8 << 20, for: "trace packets")
        let rules = try SandboxRules(plan.rules, into: kernel, changedIndexes: copy.changedIndexes)
        missing += rules.missing
        lacksRules = rules.areIncomplete
        places = rules.places
        (self.rules, legacy, limits) = (rules, rules.legacy, rules.limits)
        // Before the first service, for which the kernel would start estimators.
        if !plan.ipvs.isEmpty { missing += Self.apply(plan.ipvsSettings) }
        let ipvs = try IPVSCopy(of: plan.ipvs, into: kernel)
        self.ipvs = ipvs?.services
        missing += ipvs?.missing ?? []
        let sources = origins.values.flatMap(\.all).map(\.origin.address)
        try WatchTable(
            keepsEntries: plan.keepsEntries, picksUp: plan.sysctls.number(Sysctls.tcpLoose) != 0,
            servedBy: ipvs == nil ? nil : Set(sources).sorted()
        ).make()
        // Tracking begins with the first rule about ctstates, so its settings are there only now.
        missing += Self.apply(plan.settings.filter { $0.name.hasPrefix(Self.tracking) })
        if plan.network == nil {
            missing.append(Loss("the director's network", "the capture does not have it; one link is assumed"))
        }
    }

    private static let tracking = "net.netfilter."

    /// A namespace may begin with the host's settings (`devinet_init_net`, net/ipv4/devinet.c), and the log is the host's.
    private static func keepOutOfLog() {
        _ = apply(["all", "default"].map { ("net.ipv4.conf.\($0).log_martians", "0") })
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

    /// Runs another program to its end in the director's namespace, such as nft(8), whose rules are then the sandbox's. Blocks until it
    /// ends, or its time is up.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - input: what it reads.
    /// - Throws: as `ChildProcess.run`; and, before anything is run, if the calling thread is not in a namespace of its own.
    package func run(
        _ command: [String], input: [UInt8] = [], within limit: Duration = .seconds(10)
    ) throws(KernelError) -> ChildProcess.Outcome {
        try Self.runHere(command, input: input, within: limit)
    }

    /// The same, before there is a sandbox.
    static func runHere(
        _ command: [String], input: [UInt8], staysInFolder: Bool = false, within limit: Duration = .seconds(10)
    ) throws(KernelError) -> ChildProcess.Outcome {
        try PrivateNamespace.requireOwn(for: "run \(command.first ?? "a program") in the sandbox")
        return try ChildProcess.run(
            command, input: input, environment: ["XTABLES_LOCKFILE=/dev/null"], staysInFolder: staysInFolder,
            within: limit)
    }

    // MARK: Probes

    /// Where a packet begins.
    enum Entrance: Hashable {
        /// It comes in by a link.
        case link(Int32)
        /// The director itself sends it.
        case socket(from: IPAddress, to: IPAddress)
        /// The director itself sends it to a multicast group, by a link.
        case multicast(to: IPAddress, by: Int32)
    }

    /// Sends a packet in by a link, and says what became of it. Blocks for a fraction of a millisecond, or two seconds if nothing is heard.
    package func outcome(of packet: [UInt8], by link: Int32) throws(KernelError) -> ProbeOutcome {
        try outcome(of: packet, from: .link(link))
    }

    /// Sends a packet, and says what became of it.
    ///
    /// Rules of iptables-legacy are not traced: if something else than a rule of nf_tables dropped the packet, it is sent once more, and their
    /// counters tell.
    func outcome(of packet: [UInt8], from entrance: Entrance) throws(KernelError) -> ProbeOutcome {
        var outcome = try tracedOutcome(of: packet, from: entrance)
        guard hasVanished(outcome), !legacy.tables.isEmpty else { return outcome }
        let before = try legacy.counted(in: kernel)
        let again = try tracedOutcome(of: packet, from: entrance)
        let after = try legacy.counted(in: kernel)
        // A rule that counts or remembers packets can treat the second in another way.
        guard again.end == outcome.end, hasVanished(again), again.ctstate == outcome.ctstate else { return outcome }
        let drops = zip(before, after).compactMap { $1.drop(since: $0) }
        if let drop = drops.first { outcome.drop(by: drop) }
        return outcome
    }

    /// Whether it went no further, and nothing is known that dropped it: before IPVS took it, or behind.
    private func hasVanished(_ outcome: ProbeOutcome) -> Bool {
        outcome.end == .lost || outcome.hasPassed && ipvs != nil && outcome.exit == nil
    }

    /// Sends packets in by a link, whatever becomes of them.
    func flood(_ packets: [[UInt8]], by link: Int32) throws(KernelError) {
        for packet in packets { try wires.send(packet, by: link) }
        // Nobody reads their traces, which leave no room for others.
        while try !traces.receive({ _ in }).isDrained {}
    }

    /// Packets that have left by any link since the last time.
    func takeDeparted() -> [[UInt8]] { wires.takeArrived() }

    /// What its traces say.
    private func tracedOutcome(of packet: [UInt8], from entrance: Entrance) throws(KernelError) -> ProbeOutcome {
        var reader = ProbeReader(of: packet, followingIPVS: ipvs != nil)
        guard silences < Self.mostSilences else {
            reader.giveUp("the sandbox does not answer")
            return reader.outcome
        }
        switch entrance {
        case .link(let link):
            lastLink = link
            try wires.send(packet, by: link)
        case .socket(let source, let target):
            if let why = own.send(packet, .from(source), to: target) { reader.giveUp(why) }
        case .multicast(let group, let link):
            lastLink = link
            let way = OwnSender.Way.multicast(by: links[link] ?? "", group.family)
            if let why = own.send(packet, way, to: group) { reader.giveUp(why) }
        }
        try collect(into: &reader)
        if !reader.isOver {
            if let lastLink { try wires.send(ProbeReader.barrier, by: lastLink) }
            let deadline = ContinuousClock.now + Self.patience
            while !reader.isOver, ContinuousClock.now < deadline {
                try collect(into: &reader)
                var wait = pollfd(fd: traces.descriptor, events: Int16(POLLIN), revents: 0)
                if !reader.isOver { poll(&wait, 1, 5) }
            }
        }
        silences = reader.isOver ? 0 : silences + 1
        reader.giveUp("its traces did not come")
        return places.director(reader.outcome)
    }

    private static let patience = Duration.seconds(2)
    private static let mostSilences = 3

    private func collect(into reader: inout ProbeReader) throws(KernelError) {
        while true {
            let reading = try traces.receive { reader.take($0) }
            if reading.loss != nil { reader.giveUp("traces were lost") }
            if reading.isDrained { return }
        }
    }

    /// The text of a rule; blocks for milliseconds.
    package func text(of rule: DroppingRule) -> RuleText {
        if rule.isLegacy { return legacy.text(of: rule) ?? .unknown("there is no such rule") }
        return cache.text(of: places.copy(rule), at: .now)
    }
}

/// The far ends of the director's links.
private struct Wires {
    private var wires: [Int32: Wire] = [:]

    /// In the clients' namespace, which `kernel` asks.
    init(_ links: [Int32], _ kernel: any KernelSource) throws(KernelError) {
        for link in links {
            try NetworkCopy.raiseFarEnd(of: link, kernel)
            wires[link] = try Wire(NetworkCopy.farIndex(of: link), to: NetworkCopy.linkAddress(of: link))
        }
    }

    func takeArrived() -> [[UInt8]] { wires.values.flatMap { $0.takeArrived() } }

    func send(_ packet: [UInt8], by link: Int32) throws(KernelError) {
        guard let wire = wires[link] else {
            throw KernelError("send a packet into the sandbox", .failed, detail: "it has no link \(link)")
        }
        try wire.send(packet)
    }
}
