import Addresses
import Inspection

extension Observation {
    /// What the counts of a subject show and what to do, one sentence each; empty if no packet was seen.
    package func conclusions(about observed: Observed) -> [String] { findings(about: observed).flatMap(\.sentences) }

    /// The same for packets to an observed address that belong to no subject.
    package func conclusions(elsewhere address: IPAddress) -> [String] {
        findings(elsewhere: address).flatMap(\.sentences)
    }

    /// All of them, each with its subject.
    package var conclusions: [String] {
        let findings = findings
        if findings.map(\.id) == [.nothingSeen] { return findings.map(\.reason) }
        return subjects.flatMap { observed in
            conclusions(about: observed).map { "\(observed.subject): \($0)" }
        }
            + elsewhere.keys.sorted().flatMap { address in
                conclusions(elsewhere: address).map { "\(address) (no service): \($0)" }
            }
    }
}
