/// A fleet, with what there is to say of it.
package struct FleetReport: Sendable {
    package let fleet: Fleet
    package let tally: FleetTally
    /// Worst first.
    package let findings: [FleetFinding]
    /// Between the directors of each pair.
    package let differences: [Fleet.Difference]

    package init(_ fleet: Fleet) {
        self.fleet = fleet
        tally = FleetTally(fleet)
        differences = fleet.differences
        findings = fleet.findings(tally, differences)
    }

    /// Whether something has to be done.
    package var isTrouble: Bool { findings.contains { $0.finding.isTrouble } }
}

extension Fleet {
    /// `director` or `backup director`, and `real server`; none of a host that is neither.
    package func roles(of host: Int) -> [String] {
        let isServer = directors.contains { $0 != host && servers(of: $0).contains(host) }
        let director = hosts[host].isDirector ? [hosts[host].isBackup ? "backup director" : "director"] : []
        return director + (isServer ? ["real server"] : [])
    }
}
