import Addresses
import IPVS

extension Observation {
    /// What the counts of a subject say, a sentence each; none when no packet came.
    package func conclusions(about observed: Observed) -> [String] {
        TrafficConclusion(observed, blame: blame, others: addresses).sentences
            + ObservationRemedy(observed, sysctls).sentences
    }

    /// The same of packets to an observed address that belong to no subject.
    package func conclusions(elsewhere address: IPAddress) -> [String] {
        var observed = Observed(subject: .address(address, port: nil))
        observed.traffic = elsewhere[address] ?? .init()
        return TrafficConclusion(observed, blame: blame, others: addresses).sentences
    }

    /// All of them, each with whom it is about.
    package var conclusions: [String] {
        let traffic = subjects.map(\.traffic) + elsewhere.values
        guard traffic.contains(where: { !$0.isEmpty }) else { return ["No packet of what was observed came."] }
        return subjects.flatMap { observed in
            conclusions(about: observed).map { "\(observed.subject): \($0)" }
        }
            + elsewhere.keys.sorted().flatMap { address in
                conclusions(elsewhere: address).map { "\(address) (no service): \($0)" }
            }
    }

    /// The virtual addresses.
    private var addresses: Set<IPAddress> { Set(subjects.compactMap(\.subject.address)).union(elsewhere.keys) }
}
