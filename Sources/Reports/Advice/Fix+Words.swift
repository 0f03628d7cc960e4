import Advice
import IPVS
import Inspection

extension Fix {
    var title: String {
        switch kind {
        case .accept: "accept FIN, RST\(sctp)and ICMP errors that are INVALID, to these services only"
        case .notrack: "do not track these services at all"
        case .settings: "what other findings ask for"
        }
    }

    private var sctp: String { hasSCTP ? ", SCTP packets " : " " }

    /// What it costs.
    var cost: String {
        switch kind {
        case .accept:
            "a forged FIN, RST\(hasSCTP ? ", SCTP packet" : "") or ICMP error reaches the real servers, whose own filters know the true "
                + "state; nothing else gets further than before"
        case .notrack:
            "the packet filter knows nothing of connections to these services: every packet to their ports passes, rules that limit new "
                + "connections or count them do not see any, nor do those of nat"
        case .settings: "see each finding in ct-inspect-findings(7)"
        }
    }
}

extension Proof {
    /// `proven on Linux 6.1.0`
    var words: String {
        let kernel = kernelRelease.map { ", in a sandbox on Linux \($0)" } ?? ""
        return switch result {
        case .proven: "proven\(kernel)"
        case .unproven(let why): "unproven: \(why)"
        }
    }

    var word: String {
        switch result {
        case .proven: "proven"
        case .unproven: "unproven"
        }
    }

    var reason: String? {
        switch result {
        case .proven: nil
        case .unproven(let why): why
        }
    }

    /// What became of which packets before and after, services with the same fate together.
    var groups: [Group] {
        var ofOne: [(target: Target, group: Group)] = []
        for row in packets + closed {
            let isKnown = { (target: Target, group: Group) in
                target == row.target && group.hadPassed == row.hadPassed && group.passes == row.passes
            }
            if let index = ofOne.firstIndex(where: isKnown) {
                ofOne[index].group.packets.append(row.probe.title)
            } else {
                let group = Group(
                    where: row.target.words, services: [row.target.service], hadPassed: row.hadPassed,
                    passes: row.passes,
                    packets: [row.probe.title])
                ofOne.append((row.target, group))
            }
        }
        var groups: [Group] = []
        for (_, group) in ofOne {
            if let index = groups.firstIndex(where: { $0.isAlike(group) }) {
                groups[index].services += group.services
            } else {
                groups.append(group)
            }
        }
        return groups
    }

    struct Group {
        var `where`: String
        var services: [Service.Identity]
        var hadPassed: Bool
        var passes: Bool
        var packets: [String]

        fileprivate func isAlike(_ other: Group) -> Bool {
            `where` == other.where && packets == other.packets && hadPassed == other.hadPassed && passes == other.passes
        }
    }
}

extension Proof.Target {
    /// To precede the service.
    var words: String {
        switch self {
        case .service: "to"
        case .nonsense: "a scan of"
        case .otherPort: "to another port of"
        case .otherAddress: "to another address than"
        case .spoofed: "from the address of"
        }
    }

    /// In JSON.
    var name: String {
        switch self {
        case .service: "service"
        case .nonsense: "scan"
        case .otherPort: "other_port"
        case .otherAddress: "other_address"
        case .spoofed: "spoofed"
        }
    }
}

extension Probe {
    /// Also of flags that are none.
    var title: String { name.isEmpty ? "no flags" : name }
}
