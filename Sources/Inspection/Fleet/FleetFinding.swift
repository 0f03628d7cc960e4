import Addresses
import IPVS

/// Something wrong between hosts, or worth knowing.
package struct FleetFinding: Sendable {
    /// The places of the hosts that it is about, that which has to change first.
    package let hosts: [Int]
    package let finding: Finding
}

extension Fleet {
    /// Worst first.
    func findings(_ tally: FleetTally, _ differences: [Difference]) -> [FleetFinding] {
        let all = connectionFindings(tally) + partnerFindings(tally, differences) + serverFindings + clockFindings
        let ranks = Finding.Severity.allCases.reversed()
        return ranks.flatMap { severity in all.filter { $0.finding.severity == severity } }
    }

    func finding(
        _ id: Finding.ID, _ severity: Finding.Severity, _ subject: Finding.Subject, of hosts: [Int],
        _ evidence: [Finding.Evidence], _ named: Finding.Named = .init(), _ remedies: [Remedy] = []
    ) -> FleetFinding {
        var named = named
        named.names = hosts.map { self.hosts[$0].name }
        return FleetFinding(
            hosts: hosts, finding: Finding(id, severity, subject, evidence, context: .named(named), remedies))
    }

    private func connectionFindings(_ tally: FleetTally) -> [FleetFinding] {
        let kinds: [(FleetVerdict, Finding.ID, Finding.Severity)] = [
            (.stuck, .fleetStuck, .error), (.lost, .fleetLost, .error), (.unanswered, .fleetUnanswered, .warning),
        ]
        return tally.rows.flatMap { row in
            let subject = row.service.map { Finding.Subject.service($0) } ?? .director
            let ofVerdicts = kinds.compactMap { verdict, id, severity -> FleetFinding? in
                guard row.count(verdict) > 0 else { return nil }
                return finding(
                    id, severity, subject, of: [row.director] + (row.servers[verdict] ?? []).sorted(),
                    [.init("connections", row.count(verdict)), .init("of", row.connections)],
                    .init(services: [row.service].compactMap(\.self)))
            }
            let partners = pairs(of: row.director).map(\.other)
            return ofVerdicts
                + (row.missing == 0
                    ? []
                    : [
                        finding(
                            .fleetMissing, .warning, subject, of: [row.director] + partners,
                            [.init("connections", row.missing), .init("of", row.connections)],
                            .init(services: [row.service].compactMap(\.self)))
                    ])
        }
    }

    /// Those with the director in the first place.
    private func pairs(of director: Int) -> [Pair] {
        pairs.compactMap { pair in
            pair.director == director
                ? pair : pair.other == director ? Pair(director: director, other: pair.director) : nil
        }
    }

    /// Differences of more than two seconds, which make logs hard to compare.
    private var clockFindings: [FleetFinding] {
        clocks.sorted { $0.key < $1.key }.compactMap { pair, clock in
            guard abs(clock.ahead) > 2_000 else { return nil }
            return finding(
                .clocksDiffer, .info, .director, of: [pair.other, pair.director],
                [
                    .init("milliseconds", abs(clock.ahead)), .init("ahead", clock.ahead > 0 ? 1 : 0),
                    .init("connections", clock.connections),
                ])
        }
    }
}
