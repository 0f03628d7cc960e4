import Addresses
import Conntrack
import Firewall
import Inspection

extension Drops {
    var sentence: String {
        let what = areAnswers ? (total == 1 ? "answer" : "answers") : packetsWord(total)
        return dropped(of: "\(total) \(what)") + byWhom + (missed.map { "; \($0.words)" } ?? "") + "."
    }

    /// `7 FIN and 1 ICMP error of 15 packets were dropped as INVALID`
    private func dropped(of total: String) -> String {
        let states = Set(groups.map(\.ctstate)).sorted()
        let lists = states.map { state in groups.filter { $0.ctstate == state }.list }
        guard lists.count > 1 else {
            let verb = groups.packets == 1 ? "was" : "were"
            return "\(lists.joined()) of \(total) \(verb) dropped as \(states.map(\.name).joined())"
        }
        return "Of \(total) " + sentenceList(zip(lists, states).map { "\($0) as \($1)" }) + " were dropped"
    }

    private var byWhom: String {
        let place = areAnswers ? " at FORWARD" : " at LOCAL_IN"
        switch culprits {
        case .notTraced: return place + " (by which rule was not traced)"
        case .none: return place + " (no rule of nf_tables was seen to drop them)"
        case .possible(let rules):
            return place + " (of such packets traces name " + sentenceList(rules.map(\.name)) + ")"
        case .certain(let traced):
            let count = groups.packets
            return " by "
                + sentenceList(
                    traced.map { rule in
                        let isPart = traced.count > 1 || rule.packets < count
                        return rule.rule.name + (isPart ? " (\(rule.packets) traced)" : "")
                    })
        }
    }
}

extension Drops.Missed {
    fileprivate var words: String {
        switch self {
        case .everySYN: return "IPVS saw no SYN"
        case .everyACK(let count):
            return "IPVS saw no ACK: \(count) \(count == 1 ? "connection is" : "connections are") still in SYN_RECV"
        case .ends(let count, 0):
            return "IPVS never saw the \(count == 1 ? "connection" : "connections") end: "
                + "\(count) \(count == 1 ? "is" : "are") still ESTABLISHED"
        case .ends(let count, let seen):
            return "IPVS saw only \(seen) FIN and RST: "
                + "\(count) \(count == 1 ? "connection is" : "connections are") still ESTABLISHED"
        }
    }
}

extension PassedPackets {
    var sentence: String {
        let end = reachIPVS ? "IPVS" : "the end of the packet filter"
        let way = isWholeWay ? "between PRE_ROUTING and \(end)" : "at LOCAL_IN"
        guard !invalid.isEmpty else {
            return "Nothing was dropped \(way): "
                + (total == 1 ? "the one packet came through." : "all \(total) packets came through.")
        }
        let isOne = invalid.packets == 1
        return "Nothing was dropped \(way): \(invalid.list) of \(total) \(packetsWord(total)) "
            + "\(isOne ? "is" : "are") INVALID, and the filter lets \(isOne ? "it" : "them") pass."
    }
}

extension Finding {
    var lostBeforeLocalIn: String {
        let (lost, total) = (number("lost"), number("packets"))
        return "\(lost) of \(total) \(packetsWord(total)) came past PRE_ROUTING and not to LOCAL_IN: "
            + "rules in between (mangle) dropped \(lost == 1 ? "it" : "them"), "
            + "or \(lost == 1 ? "it was" : "they were") rewritten or routed elsewhere."
    }

    var lostBeforePostRouting: String {
        let (lost, total) = (number("lost"), number("packets"))
        return
            "\(lost) of \(total) \(packetsWord(total)) on the way to the real servers came past LOCAL_OUT and not past "
            + "POST_ROUTING: rules in between dropped \(lost == 1 ? "it" : "them")."
    }
}

private func packetsWord(_ count: UInt64) -> String { count == 1 ? "packet" : "packets" }

extension [PacketGroup] {
    /// `7 FIN and 1 ICMP error`
    fileprivate var list: String {
        sentenceList(
            map { group in
                let isPlural = group.packetClass == .icmpError && group.packets != 1
                return "\(group.packets) \(isPlural ? "ICMP errors" : group.packetClass.title)"
            })
    }
}

extension DroppingRule {
    /// As named in a sentence.
    fileprivate var name: String {
        isPolicy ? "the policy of \(self)" : "\(self)"
    }
}

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
