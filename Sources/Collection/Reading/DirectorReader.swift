import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

/// Reads a director once: queries the kernel in the order that keeps the results consistent, and passes everything on as it arrives.
///
/// Services first, as they rarely change; then the connections; then the conntrack table, streamed and matched against them; then once more
/// the flows without an entry, so that a flow whose entry was created in the meantime is not called absent. If there are entries without a
/// connection, the connections are read again, so that an entry whose connection was just too new for the first list is not called an
/// orphan.
package struct DirectorReader {
    let kernel: any KernelSource
    let policy: Policy

    package init(_ kernel: any KernelSource, _ policy: Policy) {
        self.kernel = kernel
        self.policy = policy
    }

    /// How thorough a reading is.
    package struct Policy: Sendable {
        /// How many times a list is read if it changes while being read.
        var attempts = Table.attempts
        /// If false, only the table is read on a host without IPVS.
        var needsIPVS = true
        /// The most flows to look up one by one.
        var mostLookups = Int.max
        /// Whether the table is dumped again if that costs less than looking up the flows without an entry.
        var dumpsAgain = true
        /// Whether the connections are read again if there are entries without one.
        var settlesOrphans = true
        /// Whether rules for NAT are read if they rewrote packets of flows.
        var namesRules = true
        /// How long reading the connections may take; nil for what the kernel's source allows.
        var bound: Duration?

        /// A single, complete reading.
        package static let whole = Policy()
        /// One of many in quick succession: the next one settles what this one leaves open. About 140,000 look-ups per second are possible.
        package static let oneOfMany = Policy(
            attempts: 1, needsIPVS: false, mostLookups: 5000, dumpsAgain: false, settlesOrphans: false)
        /// Finds out what exists already before NEW events are watched.
        package static let beforehand = Policy(
            mostLookups: 0, dumpsAgain: false, settlesOrphans: false, namesRules: false)
    }

    /// - Throws: `.absent` if IPVS is needed but not present.
    package func read(into sink: some ReadingSink) throws(KernelError) {
        var losses: [Loss] = []
        let sysctls = Sysctls(ofFlowsIn: kernel)
        let start = ContinuousClock.now
        let (services, absence) = try services(&losses)
        let addresses = services.isEmpty ? [] : localAddresses(&losses)
        sink.begin(services, sysctls, localAddresses: addresses, absence: absence)
        var extent = ConnectionExtent()
        if absence == nil {
            readConfiguration(sink, &losses)
            extent = try readConnections(services, sink, &losses)
        } else {
            sink.endConnections(isWhole: true)
        }
        // Without services no entry belongs to a flow.
        if !services.isEmpty || sink.wantsWholeTable {
            extent.isTableRead = try unlessStopped(sink, &losses) { losses throws(KernelError) in
                let filters = sink.wantsWholeTable ? [EntryFilter()] : entryFilters(services, sysctls, sink)
                try readEntries(filters, sink, &losses)
                try lookAgain(filters, sysctls, sink, &losses)
            }
        }
        readTranslation(sink)
        let seconds = UInt32(clamping: (ContinuousClock.now - start).components.seconds)
        try sink.settle()
        if absence == nil { lookForGone(sink, &losses) }
        let orphansAreKnown = policy.settlesOrphans && settleOrphans(sink, &losses)
        sink.finish(
            ReadOutcome(
                seconds: seconds, orphansAreKnown: orphansAreKnown, losses: losses + sysctls.losses,
                connections: extent))
    }

    /// The rest of a reading that the user interrupts is missing from it.
    ///
    /// - Returns: whether it was not interrupted.
    private func unlessStopped(
        _ sink: some ReadingSink, _ losses: inout [Loss], _ work: (inout [Loss]) throws(KernelError) -> Void
    ) throws(KernelError) -> Bool {
        do throws(KernelError) {
            if !kernel.isStopped {
                try work(&losses)
                return true
            }
        } catch {
            if error.cause != .stopped { throw error }
        }
        losses.append(Loss("the conntrack table", "reading was interrupted"))
        sink.endEntries(isWhole: false)
        return false
    }

    /// Only if rules have rewritten packets of flows: most directors have no such rules.
    private func readTranslation(_ sink: some ReadingSink) {
        guard policy.namesRules, !kernel.isStopped, sink.withStore({ $0.hasTranslated }) else { return }
        let rules = TranslationRules(reading: kernel, after: sink.withStore { $0.translationRules })
        sink.withStore { $0.explainTranslated(by: rules) { kernel.isStopped } }
    }

    // MARK: IPVS

    /// What cannot be read makes no destination local: a capture of an earlier version may lack it.
    private func localAddresses(_ losses: inout [Loss]) -> Set<IPAddress> {
        do throws(KernelError) {
            return Set(try InterfaceAddress.all(in: kernel).map(\.address))
        } catch {
            if error.cause == .damaged { losses.append(Loss("which destinations are local", error.description)) }
            return []
        }
    }

    private func services(_ losses: inout [Loss]) throws(KernelError) -> ([Service], absence: KernelError?) {
        let director: Director
        do throws(KernelError) { director = try Director(kernel) } catch {
            guard error.cause == .absent, !policy.needsIPVS else { throw error }
            return ([], error)
        }
        return (try Self.services(of: director, attempts: policy.attempts, &losses), nil)
    }

    /// A list that changes while it is read is read again.
    static func services(
        of director: Director, attempts: Int, _ losses: inout [Loss]
    ) throws(KernelError) -> [Service] {
        var listing = try director.services()
        for _ in 1..<max(attempts, 1) where listing.interrupted { listing = try director.services() }
        let loss = Loss.of(Loss.services, listing.answer, ifChanged: changed(attempts))
        losses += loss.filter { !losses.contains($0) }
        return listing.services
    }

    static func changed(_ attempts: Int) -> String {
        "it changed while it was read (NLM_F_DUMP_INTR), or answers were lost (ENOBUFS)"
            + (attempts > 1 ? ", \(attempts) times" : "")
    }

    private func readConnections(
        _ services: [Service], _ sink: some ReadingSink, _ losses: inout [Loss]
    ) throws(KernelError) -> ConnectionExtent {
        var count = 0
        let expected = ConnectionExtent(read: 0, isWhole: false, services).known
        var areFromTable = if case .table = kernel.connectionAccess { true } else { false }
        var estimate = ReadingEstimate(of: expected, within: areFromTable ? nil : kernel.connectionBound)
        sink.progress(estimate.words, at: 0)
        let completeness = try Director.connections(from: kernel, within: policy.bound) {
            (areFromTable, count) = (false, 0)
            estimate = ReadingEstimate(of: expected, within: kernel.connectionBound)
            sink.withStore { $0.restartConnections() }
        } _: { connections in
            sink.take(connections)
            count += connections.count
            estimate.note(count)
            sink.progress(estimate.words, at: count)
        }
        let read = sink.withStore { $0.listed }
        var extent = ConnectionExtent(read: read, isWhole: completeness == .whole, services)
        extent.areFromTable = areFromTable
        if case .cut(let why) = completeness {
            losses.append(Loss("connections of IPVS", "\(extent.words): \(why)"))
        }
        sink.endConnections(isWhole: completeness == .whole)
        if !areFromTable { readOrigins(sink, &losses) }
        return extent
    }

    /// A destination may have been added after the services were read, and have connections already.
    private func lookForGone(_ sink: some ReadingSink, _ losses: inout [Loss]) {
        guard sink.withStore({ $0.hasGone }), !kernel.isStopped else { return }
        do throws(KernelError) {
            let services = try Self.services(of: try Director(kernel), attempts: policy.attempts, &losses)
            let areAll = !losses.contains { $0.what == Loss.services }
            sink.withStore { $0.takeAgain(services, areAll: areAll) }
        } catch {
            losses.append(Loss("the services of IPVS, read once more", error.description))
        }
    }

    /// A capture of an earlier version lacks it: then it is not known.
    private func readConfiguration(_ sink: some ReadingSink, _ losses: inout [Loss]) {
        do throws(KernelError) {
            let configuration = try Director(kernel).configuration()
            let isBackup = configuration.daemons.contains(where: \.isBackup)
            sink.withStore { $0.know(configuration.timeouts, isBackup: isBackup) }
        } catch {
            let wasNotAsked = !kernel.filters && error.cause == .failed && error.errno == nil
            if !wasNotAsked { losses.append(Loss("the timeouts of IPVS", error.description)) }
        }
    }

    /// /proc does not tell connections made here from those that another director told of. It has a second list that does, which takes as
    /// long to read, and is read only where a sync daemon runs.
    private func readOrigins(_ sink: some ReadingSink, _ losses: inout [Loss]) {
        var why: String?
        do throws(KernelError) {
            guard try !Director(kernel).daemons().isEmpty else { return }
            sink.withStore { $0.expectOrigins() }
            let completeness = try Director.origins(from: kernel, within: policy.bound) { connections in
                sink.withStore { $0.takeOrigins(connections) }
            }
            if case .cut(let reason) = completeness { why = reason }
        } catch {
            why = error.description
        }
        if let why { losses.append(Loss("which connections another director told of", why)) }
    }

    /// - Returns: whether entries without a connection are known to be orphans.
    private func settleOrphans(_ sink: some ReadingSink, _ losses: inout [Loss]) -> Bool {
        guard sink.withStore({ $0.hasFreshOrphans }) else { return true }
        var why: String?
        if losses.isEmpty {
            do throws(KernelError) {
                let later = try Director.connections(from: kernel) { connections in
                    sink.withStore { $0.takeLater(connections) }
                }
                if case .cut(let reason) = later { why = reason }
            } catch {
                why = error.description
            }
        } else {
            why = "with the above missing, no entry can be said to have no connection"
        }
        guard let why else { return true }
        sink.withStore { $0.forgetOrphans() }
        losses.append(Loss("orphans", why))
        return false
    }

    // MARK: The conntrack table

    /// A table walk that sends little takes a sixth of the time of one that sends everything (`ctnetlink_filter_match`).
    static let walksForDump = 6
    private static let mostFilters = 4
    private static let largeTable = 50_000

    /// Entries of flows, including those without a connection, have the VIP as their original destination; or as their source, if the real
    /// server's answers passed first. If the kernel can filter by that, and most of the table belongs to others, it is asked for the
    /// entries of each VIP instead of all entries.
    ///
    /// And for those that a rule rewrote to have the VIP (REDIRECT, DNAT), by their status.
    ///
    /// Not with services by firewall mark, whose VIPs are unknown; not with NAT, where an entry may match a flow by its reply tuple alone;
    /// and not for IPv6, as the kernel's comparison of its addresses is inverted (see `DumpPlanner`).
    private func entryFilters(
        _ services: [Service], _ sysctls: Sysctls, _ sink: some ReadingSink
    ) -> [EntryFilter] {
        let whole = [EntryFilter()]
        let entries = sysctls.number(Sysctls.conntrackCount) ?? 0
        guard kernel.filters, entries >= Self.largeTable,
            sink.withStore({ $0.listed * 2 < entries && !$0.routes.contains(where: \.needsWholeTable) })
        else { return whole }
        var addresses = Set(sink.withStore { $0.routes.map(\.virtual.address) })
        for service in services {
            guard case .address(_, let endpoint) = service.identity, endpoint.address.family == .ipv4,
                !service.destinations.contains(where: { $0.method == .nat })
            else { return whole }
            addresses.insert(endpoint.address)
        }
        guard addresses.count * 2 <= Self.mostFilters else { return whole }
        let ofAddresses = addresses.sorted { $0.low < $1.low }.flatMap { address in
            var (to, from) = (EntryFilter(), EntryFilter())
            to.original.destinations = Choice([Prefix(address)])
            from.original.sources = Choice([Prefix(address)])
            return [to, from]
        }
        var rewritten = EntryFilter()
        rewritten.requiredStatus = [.destinationNAT]
        return ofAddresses + [rewritten]
    }

    /// - Returns: how the dump ended.
    func dump(
        _ filters: [EntryFilter], begin: () -> Void, _ each: (Entry, Message, RawSpan) -> Void
    ) throws(KernelError) -> Answer {
        try Answer.repeating(policy.attempts) { () throws(KernelError) in
            begin()
            var whole = Answer()
            for filter in filters { whole.add(try Table(kernel).dumpMessages(matching: filter, each)) }
            return whole
        }
    }

    private func readEntries(
        _ filters: [EntryFilter], _ sink: some ReadingSink, _ losses: inout [Loss]
    ) throws(KernelError) {
        var count = 0
        let answer = try dump(filters) {
            sink.beginEntries()
            count = 0
        } _: { entry, message, datagram in
            sink.take(entry, datagram.extracting(message.whole))
            count += 1
            sink.progress("\(count) conntrack entries", at: count)
        }
        losses += Loss.of("the conntrack table", answer, ifChanged: Self.changed(policy.attempts))
        sink.endEntries(isWhole: answer.isWhole)
    }
}
