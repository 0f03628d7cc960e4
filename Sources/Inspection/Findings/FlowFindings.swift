import Addresses
import Conntrack
import IPVS

/// What the flows of a director show, in narrative order: how many have which verdict and why, what that means for a stateful packet
/// filter, and orphans.
///
/// For how conntrack treats packets without an entry, and those of an entry in SYN_SENT, see `tcp_new` and `tcp_conntracks`
/// (net/netfilter/nf_conntrack_proto_tcp.c).
package struct FlowFindings {
    let tally: FlowTally
    let sysctls: Sysctls
    private let mix: MethodMix
    private let quietSeconds: UInt64?
    private let extent: ConnectionExtent

    /// - Parameters:
    ///   - services: all of the director's: their methods determine what is right.
    ///   - quietSeconds: for how long packets were counted and none dropped; nil if they were not counted, or some were dropped.
    ///   - extent: how many connections the flows are of.
    package init(
        _ tally: FlowTally, _ services: [Service], _ sysctls: Sysctls, quietFor quietSeconds: UInt64? = nil,
        extent: ConnectionExtent = ConnectionExtent()
    ) {
        self.extent = extent
        self.tally = tally
        self.sysctls = sysctls
        self.quietSeconds = quietSeconds
        mix = MethodMix(services) { tally.localAddresses.contains($0.endpoint.address) }
    }

    package var all: [Finding] { unread + flows }

    /// All numbers that follow are of fewer connections than there are.
    private var unread: [Finding] {
        guard !extent.isWhole else { return [] }
        let evidence: [Finding.Evidence] = [
            .init("connections_read", extent.read), .init("connections_known", extent.known),
        ]
        return [Finding(.connectionsUnread, .warning, .director, evidence)]
    }

    private var flows: [Finding] {
        let orphans = groups(of: .orphan)
        let connections = tally.connections
        if connections == 0 {
            let isFiltered = (tally.chosenFrom ?? 0) > 0
            // Nothing is known of those that were not read.
            if !isFiltered, !extent.isWhole { return [] }
            return [isFiltered ? noMatch : Finding(.noConnections, .info, .director)]
                + (isAsked(.orphan) ? [untranslated].compactMap(\.self) + orphans : [])
        }
        if !tally.asked.isEmpty, tally.count({ tally.asked.contains($0.verdict) }) == 0 { return [noMatch] }
        guard extent.isTableRead else { return [FlowVerdict.unreplied, .tracked].flatMap(groups) }
        let translated = unconfirmed(.vsConntrackNAT, .nat)
        let local = unconfirmed(.vsConntrackLocal, .local)
        let counts = [FlowVerdict.never, .absent, .unreplied, .tracked, .synced].flatMap(groups)
        let consequences = [absent, translated, local, confirmed, unanswering, untranslated].compactMap(\.self)
        return counts + (consequences + left + timeoutsDiffer).worstFirst + orphans
    }

    // MARK: Counts

    private func isAsked(_ verdict: FlowVerdict) -> Bool { tally.asked.isEmpty || tally.asked.contains(verdict) }

    private var noMatch: Finding {
        let orphans = isAsked(.orphan) ? tally.count { $0.verdict == .orphan } : 0
        let connections = tally.chosenFrom ?? tally.connections
        return Finding(
            .noMatch, .info, .director, [.init("connections", connections), .init("orphans", orphans)])
    }

    /// Flows that have one verdict for one reason.
    private struct Group {
        var reason: VerdictReason
        var kinds: [FlowTally.Kind]
        var count: Int

        /// Most frequent first.
        static func isBefore(_ left: Group, _ right: Group) -> Bool {
            left.count != right.count ? left.count > right.count : left.reason.rank < right.reason.rank
        }
    }

    private func groups(of verdict: FlowVerdict) -> [Finding] {
        let reasons = VerdictReasons(sysctls)
        var groups: [VerdictReason: Group] = [:]
        for (kind, count) in tally.counts where kind.verdict == verdict {
            let reason = reasons.reason(for: kind)
            groups[reason, default: Group(reason: reason, kinds: [], count: 0)].kinds.append(kind)
            groups[reason]?.count += count
        }
        return groups.values.sorted(by: Group.isBefore).map { group in
            var evidence = [Finding.Evidence(verdict.rawValue, group.count)]
            if verdict != .orphan {
                evidence.append(.init("connections", tally.connections))
                evidence += setting(Self.confirming) + proof(of: verdict)
            }
            return Finding(
                .flows(verdict), .info, subject(of: group.kinds), evidence, context: .flows(verdict, group.reason))
        }
    }

    private func proof(of verdict: FlowVerdict) -> [Finding.Evidence] {
        guard let proof = tally.proof, verdict == .never || verdict == .absent else { return [] }
        return [.init("watched_seconds", proof.seconds), .init("new_events", proof.events)]
    }

    func subject(of kinds: [FlowTally.Kind]) -> Finding.Subject {
        let services = Set(kinds.map(\.service))
        guard services.count == 1, case let service?? = services.first else { return .director }
        return .service(service)
    }

    // MARK: Settings

    private static let confirming = (name: Sysctls.ipvsConntrack, evidence: "vs_conntrack")
    private static let picking = (name: Sysctls.tcpLoose, evidence: "tcp_loose")

    private func setting(_ setting: (name: String, evidence: String)) -> [Finding.Evidence] {
        sysctls.number(setting.name).map { [.init(setting.evidence, $0)] } ?? []
    }

    // MARK: What it means for a stateful filter

    /// TCP connections whose method is known and satisfies `hasMethod`, and whose packets pass this director.
    private func connections(_ hasMethod: (ForwardingMethod) -> Bool) -> FlowTally {
        var chosen = FlowTally()
        for (kind, count) in tally.counts
        where kind.protocol == .tcp && kind.verdict != .orphan && kind.verdict != .synced
            && kind.method.map(hasMethod) ?? false
        {
            chosen.add(kind, count)
        }
        return chosen
    }

    private func finding(
        _ id: Finding.ID, _ severity: Finding.Severity, _ isMeant: (FlowTally.Kind) -> Bool, of all: FlowTally,
        _ evidence: [Finding.Evidence], _ remedies: [Remedy]
    ) -> Finding {
        let methods = Set(all.counts.keys.compactMap(\.method)).sorted { $0.description < $1.description }
        let kinds = all.counts.keys.filter(isMeant)
        return Finding(id, severity, subject(of: kinds), evidence, context: .methods(methods), remedies)
    }

    private func hasNoEntry(_ kind: FlowTally.Kind) -> Bool {
        (kind.verdict == .absent || kind.verdict == .never) && !kind.isExpected
    }

    /// The SYN is in the table, but the answer never will be.
    private var confirmed: Finding? {
        let oneWay = connections(\.answersBypassDirector)
        func isMeant(_ kind: FlowTally.Kind) -> Bool { kind.verdict == .unreplied && kind.isSynSent }
        let unreplied = oneWay.count(isMeant)
        guard unreplied > 0 else { return nil }
        let halfOpen = oneWay.count { isMeant($0) && $0.isHalfOpen }
        let value = sysctls.number(Sysctls.ipvsConntrack)
        // If ACKs do pass, IPVS has most of these connections past SYN_RECV.
        let severity: Finding.Severity = value != 0 && halfOpen > unreplied / 2 ? .error : .warning
        let fixes = value.map { $0 != 0 } ?? false ? [mix.againstConfirming()] : []
        return finding(
            .vsConntrackDR, severity, isMeant, of: oneWay,
            [
                .init("unreplied", unreplied), .init("half_open", halfOpen), .init("connections", oneWay.connections),
            ] + setting(Self.confirming),
            (fixes + [.observe, .readManual]).withoutRepeats)
    }

    private var absent: Finding? {
        let oneWay = connections(\.answersBypassDirector)
        let absent = oneWay.count(hasNoEntry)
        guard absent > 0 else { return nil }
        let isStrict = sysctls.number(Sysctls.tcpLoose) == 0
        let quiet = quietSeconds.map { [Finding.Evidence(Drops.evidenceName, 0), .init("observed_seconds", $0)] }
        return finding(
            isStrict ? .tcpLoose0 : .endsInvalid, .warning, hasNoEntry, of: oneWay,
            [.init("absent", absent), .init("connections", oneWay.connections)] + setting(Self.confirming)
                + setting(Self.picking) + (quiet ?? []),
            (isStrict ? [.set([.init(Sysctls.tcpLoose, 1)])] : []) + (quiet == nil ? [.observe] : []) + [.readManual])
    }

    /// Answers pass the director, but have no entry.
    private func unconfirmed(_ id: Finding.ID, _ method: ForwardingMethod) -> Finding? {
        let isOff = sysctls.number(Sysctls.ipvsConntrack) == 0
        func isUntracked(_ kind: FlowTally.Kind) -> Bool { hasNoEntry(kind) && !(kind.nfct ?? !isOff) }
        let translated = connections { $0 == method }
        let absent = translated.count(isUntracked)
        guard absent > 0 else { return nil }
        return finding(
            id, .warning, isUntracked, of: translated,
            // Where it is 1 now, it was 0 when they were made.
            [.init("absent", absent), .init("connections", translated.connections)]
                + (isOff ? setting(Self.confirming) : []),
            (isOff ? remedies(of: method, Set(translated.counts.keys.compactMap(\.service)).sorted()) : []) + [
                .observe, .readManual,
            ])
    }

    private func remedies(of method: ForwardingMethod, _ services: [Service.Identity]) -> [Remedy] {
        method == .local ? mix.forOwnAnswers(of: services) : mix.forConfirming
    }
}

extension Array where Element: Hashable {
    /// Each one once, at its first position.
    package var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension FlowSnapshot {
    /// What its flows show; or, if a filter asks for verdicts that no flow has, only that.
    package var findings: [Finding] {
        FlowFindings(FlowTally(report), services + servicesLeftOut, sysctls, extent: connections).all
    }
}
