import Conntrack
import Firewall
import IPVS

/// What mends that packets of a service are dropped as INVALID, of those whose answers go past the director.
///
/// Source: `tcp_new` and `tcp_conntracks` (net/netfilter/nf_conntrack_proto_tcp.c), `ip_vs_send_or_cont` and `ip_vs_notrack`
/// (net/netfilter/ipvs/ip_vs_xmit.c).
struct ObservationRemedy {
    private let subject: ObservedSubject
    private let invalid: Set<PacketClass>
    private let sysctls: Sysctls

    init(_ observed: Observed, _ sysctls: Sysctls) {
        subject = observed.subject
        invalid = Set(
            observed.traffic.dropped(at: .localIn).filter { $0.cell.ctstate == .invalid }.map(\.cell.packetClass))
        self.sysctls = sysctls
    }

    var sentences: [String] {
        guard subject.methods.contains(where: \.answersPassBy) else { return [] }
        return [forACKs, forEnds].compactMap(\.self)
    }

    /// To accept INVALID ACKs would be to accept nearly everything; the settings decide what they are.
    private var forACKs: String? {
        guard invalid.contains(.ack) else { return nil }
        let confirms = sysctls.number(Sysctls.ipvsConntrack).map { $0 != 0 } ?? false
        let isStrict = sysctls.number(Sysctls.tcpLoose) == 0
        let settings =
            (confirms ? ["\(Sysctls.ipvsConntrack)=0"] : []) + (isStrict ? ["\(Sysctls.tcpLoose)=1"] : [])
        guard !settings.isEmpty else { return nil }
        return "ACKs of flows whose answers go past the director are NEW, and not INVALID, with "
            + settings.joined(separator: " and ") + "."
    }

    private var forEnds: String? {
        guard !invalid.isDisjoint(with: [.fin, .rst, .icmpError]) else { return nil }
        let packets = invalid.isDisjoint(with: [.fin, .rst]) ? "ICMP errors" : "FIN, RST and ICMP errors"
        let target =
            subject.address.map { "\($0), and to no other address," } ?? "the service's addresses, and to no others,"
        return "To mend it, accept \(packets) to \(target) in front of what drops INVALID: "
            + "the real servers' own filters know the true state."
    }
}
