import Addresses
import IPVS

extension Observation {
    /// What the counts of a subject show, in the order of a packet's path; empty if no packet was seen.
    package func findings(about observed: Observed) -> [Finding] { TrafficFindings(observed, in: self).all }

    /// The same for packets to an observed address that belong to no subject.
    package func findings(elsewhere address: IPAddress) -> [Finding] {
        var observed = Observed(subject: .address(address, port: nil))
        observed.traffic = elsewhere[address] ?? .init()
        return TrafficFindings(observed, in: self).all
    }

    /// All of them, subject by subject.
    package var findings: [Finding] {
        guard allTraffic.contains(where: { !$0.isEmpty }) else { return [Finding(.nothingSeen, .info, .director)] }
        return subjects.flatMap(findings(about:)) + elsewhere.keys.sorted().flatMap(findings(elsewhere:))
    }

    /// For how many seconds everything was counted without a single drop; nil if something was dropped, or may have been missed.
    package var quietSeconds: UInt64? {
        guard losses.isEmpty, notices.isEmpty, milliseconds > 1000,
            allTraffic.allSatisfy({ $0.dropped.isEmpty && $0.lostBeforeLocalIn.packets == 0 })
        else { return nil }
        return milliseconds / 1000
    }

    private var allTraffic: [ObservedTraffic] { subjects.map(\.traffic) + elsewhere.values }

    /// The virtual addresses.
    var addresses: Set<IPAddress> { Set(subjects.compactMap(\.subject.address)).union(elsewhere.keys) }
}
