import Addresses
import Conntrack
import Firewall
import Foundation
import IPVS
import Inspection
import Testing

@testable import Reports

struct ExplanationTextTests {
    private static func explanation(
        _ packet: TrackedPacket, _ entry: TrackedEntry? = nil, _ methods: [ForwardingMethod] = [.dr],
        vsConntrack: Bool = false
    ) -> PacketExplanation {
        var sysctls = Sysctls()
        sysctls.values = [Sysctls.tcpLoose: "1"]
        let settings = [
            PacketExplanation.Setting(Sysctls.tcpLoose, given: nil, sysctls, byDefault: 1),
            PacketExplanation.Setting(
                Sysctls.ipvsConntrack, given: vsConntrack ? 1 : nil, sysctls, byDefault: 0),
        ]
        let conditions = TrackingConditions(ipvsConntrack: vsConntrack)
        return PacketExplanation(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.12",
                networkNamespace: nil),
            sysctls: sysctls,
            settings: settings, service: nil,
            walks: methods.map { PacketWalk(WalkQuestion(packet, entry: entry, method: $0, conditions)) })
    }

    @Test("A FIN without an entry, along its whole path")
    func fin() {
        let expected = """
            INVALID: FIN,ACK to the VIP, without an entry, method dr
              net.netfilter.nf_conntrack_tcp_loose=1 (current)
              net.ipv4.vs.conntrack=0 (kernel default: it cannot be read here)

            HOOK          PRIO  WHO        CTSTATE  WHAT
            PRE_ROUTING   -200  conntrack  INVALID  creates no entry
                there is no entry for a FIN to end, and it opens none
                net/netfilter/nf_conntrack_proto_tcp.c tcp_new
            LOCAL_IN         0  filter     INVALID  drops it where INVALID is dropped
                rules match the ctstate attached to the packet, not the table
                net/netfilter/nft_ct.c nft_ct_get_eval
            LOCAL_IN        98  IPVS       INVALID  finds no reply to translate
                the packet is from a client, not from a real server
                net/netfilter/ipvs/ip_vs_core.c ip_vs_out_hook
            LOCAL_IN        99  IPVS       INVALID  connection: ESTABLISHED to FIN_WAIT
                IPVS has its own states, independent of the ctstate
                net/netfilter/ipvs/ip_vs_proto_tcp.c set_tcp_state
            LOCAL_IN        99  IPVS       INVALID  forwards it
                net.ipv4.vs.conntrack=0, but ip_vs_notrack finds nothing attached
                net/netfilter/ipvs/ip_vs_xmit.c ip_vs_send_or_cont
            LOCAL_IN      last  conntrack  INVALID  is not reached
                IPVS has taken over the packet (NF_STOLEN)
                net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm
            LOCAL_OUT     -200  conntrack  INVALID  looks again: INVALID
                there is no entry for a FIN to end, and it opens none
                net/netfilter/nf_conntrack_proto_tcp.c tcp_new
            LOCAL_OUT        0  filter     INVALID  drops it where INVALID is dropped
                rules match the ctstate attached to the packet, not the table
                net/netfilter/nft_ct.c nft_ct_get_eval
            POST_ROUTING  last  conntrack  INVALID  has nothing to confirm
                no entry is attached to the packet
                net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm

            A filter that drops INVALID drops it: the other side never gets it, and IPVS's
            connection stays ESTABLISHED until its timeout (15 min by default).
            Let through, it takes IPVS's connection to FIN_WAIT, which times out after 2 min
            by default.
            Assumed: no notrack rule exempts the packet, and a rule here matches on ctstate,
            so packets are tracked; the segment is within the window, or
            nf_conntrack_tcp_be_liberal=1; IPVS has a connection for it, in state
            ESTABLISHED.
            """
        #expect(Self.explanation(.tcp([.fin, .ack])).text(.plain, width: nil).joined(separator: "\n") == expected)
    }

    @Test("A rule that drops an ACK as NEW is named with the only fix, unless it drops SYNs, too, or not as NEW")
    func droppedACK() throws {
        let service = Service.Identity.address(.tcp, try #require(Endpoint("10.0.0.100:80")))
        let rule = DroppingRule(family: .ip, table: "strict", chain: "input", decision: .rule(handle: 7))
        func ids(
            _ packet: TrackedPacket = .tcp(.ack), _ state: CTState = .new, isReachable: Bool = true,
            end: ProbeOutcome.End? = nil
        ) -> [Finding.ID] {
            var outcome = ProbeOutcome()
            (outcome.ctstate, outcome.end) = (state, end ?? .dropped(rule))
            var explanation = Self.explanation(packet)
            explanation.service = service
            explanation.rules = .known(
                RuleWalk(
                    outcome, from: ProbeOrigin(IPAddress(ipv4: 0xC633_644D), "eth0"), isReachable: isReachable,
                    judgedBy: "6.12", places: [:], text: { _ in .unknown("") }))
            let text = explanation.text(.plain, width: nil).joined(separator: " ")
            #expect(
                text.contains("ip strict input handle 7 drops this ACK as NEW, and lets SYNs pass.")
                    == !explanation.findings.isEmpty)
            #expect(
                text.contains("add notrack rules for tcp 10.0.0.100:80") == !explanation.findings.isEmpty)
            return explanation.findings.map(\.id)
        }
        #expect(ids() == [.acksDropped])
        #expect(ids(isReachable: false) == [] && ids(.tcp(.ack), .invalid) == [] && ids(.tcp(.syn)) == [])
        #expect(ids(end: .passed(.localIn)) == [])
    }

    @Test("No line is wider than the terminal, for any packet and method")
    func widths() {
        for packet in [TrackedPacket.tcp(.syn), .tcp([.fin, .ack]), .udp, .icmp(ICMPType(rawValue: 3))] {
            let all = Self.explanation(packet, nil, [.dr, .tun, .nat, .local, .bypass], vsConntrack: true)
            for width in [80, 100, 132] {
                #expect(all.text(.plain, width: width).map(\.count).max().map { $0 <= width } == true)
            }
        }
    }

    @Test("A service with two methods gives two tables, each with its title")
    func twoMethods() {
        let lines = Self.explanation(.tcp(.syn), nil, [.dr, .nat]).text(.plain, width: 80)
        let titles = lines.filter { $0.hasPrefix("NEW: ") }
        #expect(
            titles == [
                "NEW: SYN to the VIP, without an entry, method dr", "NEW: SYN to the VIP, without an entry, method nat",
            ])
    }

    @Test("Colours are added to the words and do not replace them")
    func colours() {
        let explanation = Self.explanation(.tcp([.fin, .ack]))
        let coloured = explanation.text(.coloured, width: 60).joined(separator: "\n")
        #expect(coloured.hasPrefix("\u{1B}[1mINVALID\u{1B}[0m: FIN,ACK"))
        let bare = ["1", "31", "0"].reduce(coloured) { $0.components(separatedBy: "\u{1B}[\($1)m").joined() }
        #expect(bare == explanation.text(.plain, width: 60).joined(separator: "\n"))
    }

    @Test("Titles name packet, path and entry")
    func titles() {
        let picked = TrackedEntry(.tcp(TrackedTCP(.established)), hasSeenReply: false)
        let cases: [(TrackedPacket, TrackedEntry?, String)] = [
            (.tcp([]), nil, "INVALID: TCP without flags to the VIP, without an entry"),
            (.tcp(.ack), picked, "NEW: ACK to the VIP, with an entry in ESTABLISHED that has seen no reply"),
            (
                .icmp(ICMPType(rawValue: 3)), picked,
                "RELATED: ICMP destination-unreachable to the VIP, about a packet with an entry"
            ),
            (.udp, TrackedEntry(.stateless, hasSeenReply: true), "ESTABLISHED: UDP to the VIP, with an entry,"),
            (
                .sctp(SCTPPacket(usual: [.cookieEcho, .data], .original)), nil,
                "INVALID: SCTP cookie-echo,data to the VIP"
            ),
            (.icmpv6(ICMPv6Type(rawValue: 135)), nil, "UNTRACKED: ICMPv6 nd-neighbor-solicit to the VIP"),
        ]
        for (packet, entry, title) in cases {
            #expect(Self.explanation(packet, entry).text(.plain, width: 120)[0].hasPrefix(title))
        }
    }

    @Test("An unreadable setting is reported as a loss")
    func losses() {
        var explanation = Self.explanation(.udp)
        explanation.sysctls.unreadable = [Sysctls.ipvsConntrack: "it is forbidden"]
        let text = explanation.text(.plain, width: 80).joined(separator: "\n")
        #expect(text.contains("\(Sysctls.ipvsConntrack)=0 (kernel default: it cannot be read here)"))
        #expect(text.contains("it is forbidden"))
        #expect(!explanation.isComplete)
    }

    @Test("Prose wraps between words; a word that is too long gets a line of its own")
    func wrapping() {
        #expect("one two three".wrapped(10) == ["one two", "three"])
        #expect("one two three".wrapped(10, indent: 2) == ["  one two", "  three"])
        #expect("one two three".wrapped(nil, indent: 2) == ["  one two three"])
        #expect("a/very/long/path b".wrapped(4) == ["a/very/long/path", "b"])
    }
}
