import Addresses
import Firewall
import Inspection

/// Decides which commands and lines let the packets of some services pass the packet filter of this director. Whether they do is for the
/// sandbox to say.
package struct FixPlanner {
    package let exemption: Exemption
    let findings: [Finding.ID]
    let ruleset: Ruleset
    let legacyTables: [LegacyTable]
    let sysctls: Sysctls
    let format: FixFormat?

    /// - Parameter format: nil for the one that fits.
    package init(
        _ exemption: Exemption, _ findings: [Finding.ID], _ ruleset: Ruleset, _ legacyTables: [LegacyTable],
        _ sysctls: Sysctls, format: FixFormat? = nil
    ) {
        self.exemption = exemption
        self.findings = findings
        self.ruleset = ruleset
        self.legacyTables = legacyTables
        self.sysctls = sysctls
        self.format = format
    }

    /// Why a fix of a kind is not possible.
    package struct Obstacle: Error, Equatable {
        package let why: String

        package init(why: String) { self.why = why }

        /// Its chain is there already: of a fix that was applied earlier, or in part.
        fileprivate static func earlier(_ undo: [String]) -> Obstacle {
            Obstacle(why: "an earlier fix is there; take it back first: " + undo.joined(separator: "; "))
        }
    }

    /// What drops packets, each with its text if that is known.
    package typealias Drops = [DroppingRule: String?]

    /// Accepts what is INVALID and ends connections.
    ///
    /// - Parameter settings: without which ACKs are INVALID, too.
    package func accepting(before drops: Drops, settings: [Remedy.Setting]) throws(Obstacle) -> Fix {
        let script = SettingScript(settings: settings, sysctls: sysctls)
        var fix = Fix(.accept, findings, apply: script.apply, persist: script.persist, undo: [])
        fix.hasSCTP = exemption.services.contains { $0.protocol == .sctp }
        try add(Gate.all(.invalid, before: drops, in: ruleset), to: &fix)
        fix.undo += script.undo
        return fix
    }

    /// Exempts the packets from tracking.
    ///
    /// - Parameters:
    ///   - drops: of packets as they are tracked.
    ///   - rest: of packets that are not: they need a rule that accepts them.
    package func untracking(instead drops: Drops, thenBefore rest: Drops) throws(Obstacle) -> Fix {
        var fix = Fix(.notrack, findings, apply: [], persist: [], undo: [])
        let isLegacy = !drops.isEmpty && drops.keys.allSatisfy(\.isLegacy)
        switch format ?? self.format(of: drops.keys.sorted()) {
        case .iptables: try untrackByIPTables(.iptables, isLegacy, &fix)
        case .ufw: try untrackByIPTables(.ufw, isLegacy, &fix)
        case .nft: try untrackByNFT(.nft, &fix)
        case .firewalld: try untrackByNFT(.firewalld, &fix)
        }
        try add(Gate.all(.untracked, before: rest, in: ruleset), to: &fix)
        return fix
    }

    // MARK: Gates

    private func add(_ gates: [Gate], to fix: inout Fix) throws(Obstacle) {
        for gate in gates where !gate.families.isDisjoint(with: exemption.families) {
            try checkNames(gate)
            let format = try self.format(of: gate)
            switch format {
            case .iptables, .ufw:
                let others = managers(of: gate.family, isLegacy: gate.isLegacy)
                let persistence = Persisting(format, exemption, flushing: others)
                let family: IPAddress.Family = gate.family == .ip ? .ipv4 : .ipv6
                let script = IPTablesScript(family, table: gate.table, isLegacy: gate.isLegacy)
                if isThere(gate) { throw .earlier(script.undo(gate)) }
                fix.apply += script.apply(gate, exemption)
                fix.undo = script.undo(gate) + fix.undo
                fix.persist.append(persistence.lines(gate, script))
            case .nft, .firewalld:
                let persistence = Persisting(format, exemption, flushing: ruleset.managers)
                let script = NFTScript(family: gate.family, table: gate.table)
                if isThere(gate) { throw .earlier(script.undo(gate)) }
                fix.apply += script.apply(gate, exemption)
                fix.undo = script.undo(gate) + fix.undo
                fix.persist.append(persistence.lines(gate, script))
            }
        }
    }

    /// They are the director's, or a capture's, and become words of commands.
    private func checkNames(_ gate: Gate) throws(Obstacle) {
        for name in [gate.table] + gate.places.map(\.chain) where !RuleListing.isWord(name) {
            throw Obstacle(why: "the name of “\(name)” is no word for nft or iptables")
        }
    }

    private func isThere(_ gate: Gate) -> Bool {
        gate.isLegacy
            ? has(gate.state.chain, inLegacy: gate.family, gate.table)
            : ruleset.hasChain(gate.family, gate.table, gate.state.chain)
    }

    private func has(_ chain: String, inLegacy family: TableFamily, _ table: String) -> Bool {
        legacyTables.contains { $0.family == family && $0.name == table && $0.chains.contains(chain) }
    }

    private func format(of gate: Gate) throws(Obstacle) -> FixFormat {
        let managers = managers(ofTable: gate.family, gate.table, isLegacy: gate.isLegacy)
        let table = "\(gate.family) \(gate.table)"
        for place in gate.places {
            let advice = FirewallManager.advice(aboutChain: place.chain, inTable: gate.table, of: managers)
            if let advice { throw Obstacle(why: advice) }
        }
        let isOfIPTables = gate.isLegacy || managers.contains(.iptables) || managers.contains(.ufw)
        guard isOfIPTables else {
            if format == .nft || format == nil { return .nft }
            throw Obstacle(why: "table \(table) is none of iptables, so it is not the other formats' to change")
        }
        if format == .nft || format == .firewalld {
            throw Obstacle(why: "table \(table) is one of iptables, which nft should not change")
        }
        return format ?? (gate.places.contains { FirewallManager(chain: $0.chain) == .ufw } ? .ufw : .iptables)
    }

    /// The format of what drops: the first that is known.
    private func format(of drops: [DroppingRule]) -> FixFormat {
        for drop in drops {
            let managers = managers(ofTable: drop.family, drop.table, isLegacy: drop.isLegacy)
            // Where tables are made again, raw is, too: only a table of nft's own stays.
            if managers.contains(where: { $0 == .firewalld || $0.remakesEveryTable }) { return .firewalld }
            if managers.contains(.ufw) || FirewallManager(chain: drop.chain) == .ufw { return .ufw }
            if managers.contains(.iptables) || drop.isLegacy { return .iptables }
        }
        return .nft
    }

    private func managers(ofTable family: TableFamily, _ name: String, isLegacy: Bool) -> [FirewallManager] {
        guard isLegacy else { return ruleset.managers(ofTable: family, name) }
        return legacyTables.first { $0.family == family && $0.name == name }?.managers ?? []
    }

    /// Those of all tables of iptables: its file is loaded as a whole, which flushes each.
    private func managers(of family: TableFamily, isLegacy: Bool) -> [FirewallManager] {
        let found = ["filter", "nat", "mangle", "raw"].flatMap { managers(ofTable: family, $0, isLegacy: isLegacy) }
        return FirewallManager.allCases.filter(found.contains)
    }

    // MARK: No tracking

    private func untrackByIPTables(_ format: FixFormat, _ isLegacy: Bool, _ fix: inout Fix) throws(Obstacle) {
        for family in [IPAddress.Family.ipv4, .ipv6] where exemption.families.contains(family) {
            let script = IPTablesScript(family, table: "raw", isLegacy: isLegacy)
            let tableFamily: TableFamily = family == .ipv4 ? .ip : .ip6
            // A table of iptables-legacy stays once it is there.
            let isNew = !isLegacy && !ruleset.hasTable(tableFamily, "raw")
            if ruleset.hasChain(tableFamily, "raw", IPTablesScript.untrackedChain)
                || has(IPTablesScript.untrackedChain, inLegacy: tableFamily, "raw")
            {
                throw .earlier(script.undoUntracking(isTableNew: false))
            }
            fix.apply += script.applyUntracking(exemption)
            fix.undo = script.undoUntracking(isTableNew: isNew) + fix.undo
            let others = managers(of: tableFamily, isLegacy: isLegacy)
            fix.persist.append(Persisting(format, exemption, flushing: others).untracking(script))
        }
    }

    private func untrackByNFT(_ format: FixFormat, _ fix: inout Fix) throws(Obstacle) {
        let (family, table) = (NFTScript.untracking.family, NFTScript.untracking.table)
        if ruleset.hasTable(family, table) {
            throw .earlier(NFTScript.untracking.undoUntracking)
        }
        fix.apply += NFTScript.untracking.applyUntracking(exemption)
        fix.undo = NFTScript.untracking.undoUntracking + fix.undo
        fix.persist += Persisting(format, exemption, flushing: ruleset.managers).untracking
    }
}

/// In whose words a fix is written.
package enum FixFormat: String, CaseIterable, Sendable {
    case nft, iptables, ufw, firewalld
}
