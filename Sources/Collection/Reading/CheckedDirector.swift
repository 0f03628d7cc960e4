import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink

/// What is read of a director for its checks, each thing once: their facts, and what the trial of its packet filter needs besides.
package struct CheckedDirector {
    package var facts: DirectorFacts
    /// Nil if no check needs them, or nothing but files is read.
    let surroundings: Surroundings?
    /// Whether a check asks what a reload of the packet filter does.
    private let triesReload: Bool

    /// Reads what these checks need. What cannot be read is unreadable, and the rest is read nevertheless. Blocks for milliseconds; needs
    /// CAP_NET_ADMIN for the conntrack table.
    ///
    /// - Parameters:
    ///   - input: what is given in place of it: with services, IPVS is not read.
    ///   - checks: those that will be made.
    ///   - isWatched: whether it is read again later, and compared.
    /// - Throws: if neither IPVS nor the conntrack table could be read: then nothing could be said.
    package init(
        reading source: any KernelSource, given input: GivenInput? = nil, for checks: [Check] = Check.all,
        isWatched: Bool = false
    ) throws(KernelError) {
        let needs = Set(checks.flatMap(\.allNeeds))
        let sysctls = Sysctls(ofFlowsIn: source)
        // It may be there without a way to read it: the module nf_conntrack_netlink.
        let absence =
            sysctls.values.keys.contains { $0.hasPrefix("net.netfilter.nf_conntrack_") } ? nil : Self.untracked
        let (table, tableError) = Fact<TableStatistics>.reading(absent: absence) {
            () throws(KernelError) in .known(try TableStatistics(reading: source))
        }
        let isIPVSNeeded = !needs.isDisjoint(with: [.services, .connectionCounts, .configuration])
        let balancing =
            input?.services.map(Balancing.init(given:))
            ?? (isIPVSNeeded ? Balancing(reading: source) : Balancing(without: Self.unneeded))
        // Of those that are not permission, the absence of IPVS is the least: there is a table.
        if let error = tableError, balancing.services.value == nil, isIPVSNeeded || error.cause == .forbidden {
            throw ([error] + balancing.errors).first { $0.cause == .forbidden } ?? error
        }
        triesReload = needs.contains(.savedFixes)
        surroundings = needs.isDisjoint(with: Self.needsOfSurroundings) ? nil : Surroundings(reading: source)
        let needsCounters = needs.contains { $0.isOfHostCounters }
        facts = DirectorFacts(
            source.origin, services: balancing.services, configuration: balancing.configuration, sysctls: sysctls,
            table: table, host: HostFacts(reading: source),
            network: surroundings.map { .reading($0, for: balancing.services.value ?? [], source) }
                ?? .absent(Self.unneeded),
            counters: needsCounters ? HostCounters.reading(source) : .absent(Self.unneeded))
        if let surroundings, needs.contains(.mergedReceiving) {
            facts.mergedReceiving = .mergedReceiving(source, surroundings)
        }
        if isWatched, needs.contains(.connections) {
            facts.sample = .connections(of: balancing.services.value ?? [], in: source)
        }
        facts.given = input?.record(sysctls)
    }

    /// Of files alone: nothing is read of this machine.
    package init(of input: GivenInput) {
        (surroundings, triesReload) = (nil, false)
        facts = DirectorFacts(of: input)
    }

    private static let needsOfSurroundings: Set<Need> = [
        .network, .trial, .answers, .syncTrial, .ownTrial, .rules, .marks, .savedFixes, .mergedReceiving,
    ]
    private static let untracked = "conntrack is not loaded here"
    private static let unneeded = "none of these checks needs it"

    /// Tries the packet filter, or the files in its place, if there is anything to try it for. Files are loaded in any case, to see whether
    /// they can be.
    ///
    /// - Parameter source: nil if nothing but the files is to be read.
    /// - Returns: what was tried; nil if there was nothing, or it could not be read.
    /// - Throws: what is wrong with the files, or missing for them; see `FilterTrial.fact`.
    @discardableResult
    package mutating func tryFilter(
        _ files: [RulesetFile] = [], reading source: (any KernelSource)?, in shelter: TrialShelter = .enteredForTrial,
        isStopped: @escaping () -> Bool = { false }
    ) throws(KernelError) -> FilterTrial? {
        let isPointless = (facts.services.value ?? []).isEmpty
        if isPointless {
            facts.trial = .absent("there are no services to try it for")
            facts.rules = .absent("there are no services that they could be about")
        }
        if isPointless, files.isEmpty { return nil }
        let filter: FilterTrial
        do throws(KernelError) {
            filter = try self.filter(files, reading: source)
        } catch {
            if !isPointless {
                facts.trial = .unreadable(error.description)
                facts.rules = .unreadable(error.description)
            }
            return nil
        }
        if !isPointless {
            facts.rules = filter.ruleFacts(source, reloads: triesReload, isStopped: isStopped)
        }
        let trial = try filter.fact(in: shelter, isStopped: isStopped)
        if isPointless { return nil }
        facts.trial = trial
        return filter
    }

    private func filter(_ files: [RulesetFile], reading source: (any KernelSource)?) throws(KernelError) -> FilterTrial
    {
        guard let source else { return FilterTrial(of: facts, files: files) }
        return try FilterTrial(
            of: facts, in: surroundings ?? Surroundings(reading: source), files: files, reading: source)
    }

    /// Reads the same facts again after some time, for checks of what grows. What was tried in the sandbox is kept.
    ///
    /// - Parameters:
    ///   - elapsed: since these facts were read, by a monotonic clock.
    ///   - watch: what came of the time in between.
    ///   - checks: those that these facts were read for.
    package func readAgain(
        after elapsed: Duration, _ watch: DirectorWatch.Outcome, for checks: [Check], from source: any KernelSource
    ) throws(KernelError) -> DirectorFacts {
        var later = try CheckedDirector(reading: source, for: checks, isWatched: true).facts
        later.origin = Origin.here(networkNamespace: facts.origin.networkNamespace)
        later.window = Window(
            elapsed: elapsed, isInterrupted: watch.isInterrupted, table: facts.table, counters: facts.counters,
            services: facts.services, traffic: watch.traffic, sample: facts.sample)
        (later.trial, later.rules) = (facts.trial, facts.rules)
        let identities = [facts.services, later.services].map { Set(($0.value ?? []).map(\.identity)) }
        if let tried = facts.trial.value, identities[0] != identities[1] {
            later.trial = .incomplete(tried, "the services changed after the packet filter was tried")
        }
        return later
    }
}

extension Need {
    /// Whether it is met by what /proc/net/snmp and /proc/net/netstat have.
    fileprivate var isOfHostCounters: Bool {
        switch self {
        case .hostCounters, .hostCounter: true
        default: false
        }
    }
}
