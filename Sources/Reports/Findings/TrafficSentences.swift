import Addresses
import Conntrack
import Firewall
import Inspection

extension Drops {
    var sentence: String {
        dropped(of: "\(total) \(what)") + byWhom + (missed.map { "; \($0.words)" } ?? "") + "."
    }

    private var what: String {
        switch side {
        case .entering: packetsWord(total)
        case .answering: total == 1 ? "answer" : "answers"
        case .leaving: packetsWord(total) + " on the way to the real servers"
        }
    }

    /// `7 FIN and 1 ICMP error of 15 packets were dropped as INVALID`
    private func dropped(of total: String) -> String {
        let states = Set(groups.map(\.ctstate)).sorted()
        let lists = states.map { state in groups.filter { $0.ctstate == state }.list }
        guard lists.count > 1 else {
            let verb = groups.packets == 1 ? "was" : "were"
            return "\(lists.joined()) of \(total) \(verb) dropped " + states.map(\.manner).joined()
        }
        return "Of \(total) " + sentenceList(zip(lists, states).map { "\($0) \($1.manner)" }) + " were dropped"
    }

    private var byWhom: String {
        let hook = " at \(place.words)"
        switch culprits {
        case .notTraced: return hook + " (by which rule was not traced)"
        case .none:
            let other = place == .beforeConntrack ? ", and a full conntrack table drops there, too" : ""
            return hook + " (no rule of nf_tables was seen to drop them\(other))"
        case .possible(let rules):
            return hook + " (of such packets traces name " + sentenceList(rules.map(name)) + ")"
        case .certain(let traced):
            let count = groups.packets
            return " by "
                + sentenceList(
                    traced.map { rule in
                        let isPart = traced.count > 1 || rule.packets < count
                        return name(rule.rule) + (isPart ? " (\(rule.packets) traced)" : "")
                    })
        }
    }

    private func name(_ rule: DroppingRule) -> String { rule.name + (advice[rule].map { " (\($0))" } ?? "") }
}

extension CTState {
    /// How packets with it are dropped.
    fileprivate var manner: String { self == .unseen ? "before conntrack" : "as \(name)" }
}

extension PacketLoss.Place {
    /// Where packets are lost, in words: a hook, or what lies between two.
    package var words: String {
        switch self {
        case .beforeConntrack, .preRouting: NetfilterHook.preRouting.name
        case .routing: "routing"
        case .localIn: NetfilterHook.localIn.name
        case .ipvs: "IPVS"
        case .forward: NetfilterHook.forward.name
        case .localOut: NetfilterHook.localOut.name
        case .postRouting: NetfilterHook.postRouting.name
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
        return
            "\(lost) of \(total) \(packetsWord(total)) came past the rules at PRE_ROUTING and not to LOCAL_IN: no rule "
            + "dropped \(lost == 1 ? "it" : "them"), but routing did (rp_filter, an address that is not local), or sent "
            + "\(lost == 1 ? "it" : "them") elsewhere."
    }

    var lostInIPVS: String {
        let (lost, total) = (number("lost"), number("packets"))
        return
            "\(lost) of \(total) \(packetsWord(total)) came past the packet filter at LOCAL_IN, and IPVS did not send "
            + "\(lost == 1 ? "it" : "them") on: it dropped \(lost == 1 ? "it" : "them"), unless a rule at LOCAL_OUT before "
            + "conntrack (raw) did."
    }

    var answersLostInRouting: String {
        let (lost, total) = (number("lost"), number("packets"))
        return
            "\(lost) of \(total) \(total == 1 ? "answer" : "answers") came past the rules at PRE_ROUTING, and neither to FORWARD nor to this "
            + "host itself: no rule dropped \(lost == 1 ? "it" : "them"), but routing did (rp_filter, no route, forwarding that is off, a "
            + "smaller MTU: net/ipv4/ip_forward.c, ip_forward)."
    }

    var answersLostInIPVS: String {
        let (lost, total) = (number("lost"), number("packets"))
        return
            "\(lost) of \(total) \(total == 1 ? "answer" : "answers") came past the packet filter at FORWARD and not to POST_ROUTING: IPVS "
            + "dropped \(lost == 1 ? "it" : "them"), as with net.ipv4.vs.nat_icmp_send=1 what belongs to none of its connections "
            + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_out_hook), unless a rule at FORWARD behind the packet filter (98) did."
    }

    var rewritten: String {
        let (rewritten, total) = (number("rewritten"), number("packets"))
        return
            "\(rewritten) of \(total) \(packetsWord(total)) \(rewritten == 1 ? "was" : "were") sent to another address or "
            + "port by NAT at PRE_ROUTING (DNAT, REDIRECT), and so not lost."
    }

    func lostOutside(_ grown: [OutsideGrowth]) -> String {
        let lost = number("lost")
        return "While \(lost) \(packetsWord(lost)) \(lost == 1 ? "was" : "were") lost outside netfilter, "
            + sentenceList(grown.map { "\($0.counter.name) grew by \($0.growth)" })
            + ": nstat -az shows them, and they count packets of other addresses, too."
    }
}

func packetsWord(_ count: UInt64) -> String { count == 1 ? "packet" : "packets" }

extension [PacketGroup] {
    /// `7 FIN and 1 ICMP error`
    var list: String {
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
