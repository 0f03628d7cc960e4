import Addresses
import Conntrack
import IPVS

/// What is wrong with a director, in one sentence, and what to do next: the worst that is known.
///
/// The ctstates are those that the kernel gives to packets without an entry (`tcp_new`), and to those of an entry in SYN_SENT
/// (`tcp_conntracks`, net/netfilter/nf_conntrack_proto_tcp.c).
package struct Trap: Equatable, Sendable {
    /// What is wrong, with its full stop.
    package var sentence: String
    /// What to do or to look at, without a full stop.
    package var nextStep: String

    /// - Parameters:
    ///   - observation: what was counted, if anything was.
    ///   - howToObserve: what the reader does to have packets counted.
    /// - Returns: nil when nothing is known to be wrong.
    package init?(_ board: FlowBoard, _ sysctls: Sysctls, _ observation: Observation?, howToObserve: String) {
        if let drops = Self.drops(observation) {
            self = drops
            return
        }
        let oneWay = board.places.filter { $0.protocol == .tcp && $0.method?.answersPassBy ?? false }
        let counts = oneWay.reduce(into: VerdictCounts()) { $0 += $1.counts }
        let absent = counts[.absent] + counts[.never]
        let confirms = sysctls.number(Sysctls.ipvsConntrack).map { $0 != 0 } ?? false
        if confirms, counts[.unreplied] > 0 {
            sentence =
                "\(counts[.unreplied]) of \(counts.connections) TCP connections are unreplied, as \(Sysctls.ipvsConntrack)=1 "
                + "confirms their SYN and the answers pass by: to a stateful filter their ACKs and data are INVALID."
            nextStep = "sysctl -w \(Sysctls.ipvsConntrack)=0; \(howToObserve)"
        } else if absent > 0 {
            let packets =
                sysctls.number(Sysctls.tcpLoose) == 0
                ? "all their packets but SYNs" : "their FINs, RSTs and ICMP errors"
            let setting = sysctls.values[Sysctls.ipvsConntrack].map { " (\(Sysctls.ipvsConntrack)=\($0))" } ?? ""
            sentence =
                "\(absent) of \(counts.connections) TCP connections are not in the conntrack table\(setting): "
                + "to a stateful filter \(packets) are INVALID."
            // Only who counted everything can say that nothing was dropped.
            let hasCounted =
                observation.map { $0.losses.isEmpty && $0.notices.isEmpty && $0.milliseconds > 1000 } ?? false
            nextStep = hasCounted ? "none of their packets was dropped so far" : howToObserve
        } else {
            return nil
        }
    }

    /// What an observation has seen to be dropped, of the service of which most was.
    private static func drops(_ observation: Observation?) -> Trap? {
        guard let observation else { return nil }
        let worst = observation.subjects.max { $0.traffic.droppedPackets < $1.traffic.droppedPackets }
        guard let worst, worst.traffic.droppedPackets > 0 else { return nil }
        let sentences = observation.conclusions(about: worst)
        let told = sentences.first { $0.contains("dropped") } ?? sentences.first ?? ""
        return Trap(
            sentence: "\(worst.subject): \(told)",
            nextStep: sentences.last { $0 != told } ?? "ct-inspect observe tells which packets, and by which rule")
    }

    private init(sentence: String, nextStep: String) {
        self.sentence = sentence
        self.nextStep = nextStep
    }
}
