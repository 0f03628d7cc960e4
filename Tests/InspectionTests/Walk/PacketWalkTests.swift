import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

/// The four rows measured on a real LVS-DR director (one GET, one connection closed by a RST, one ICMP frag-needed),
/// and the other methods according to the kernel source.
struct PacketWalkTests {
    private static let fragmentationNeeded = TrackedPacket.icmp(ICMPType(rawValue: 3))
    private static let synSent = TrackedEntry(.tcp(TrackedTCP(.synSent)), hasSeenReply: false)
    private static let established = TrackedEntry(
        .tcp(TrackedTCP(byTraffic: .established)), hasSeenReply: true, isAssured: true)

    private static func walk(
        _ packet: TrackedPacket, _ entry: TrackedEntry? = nil, _ direction: TupleDirection = .original,
        _ method: ForwardingMethod = .dr, vsConntrack: Bool = false
    ) -> PacketWalk {
        PacketWalk(
            WalkQuestion(
                packet, entry: entry, direction, method: method, TrackingConditions(ipvsConntrack: vsConntrack)))
    }

    private static func hooks(_ walk: PacketWalk) -> [String] {
        walk.steps.map { "\($0.hook.name) \($0.priority == .max ? "last" : "\($0.priority)") \($0.ctstate)" }
    }

    @Test("vs.conntrack=0: SYN and data are NEW, leave as UNTRACKED, and create no entry")
    func untrackedNew() {
        for flags: TCPFlags in [.syn, .ack, [.ack, .psh]] {
            let walk = Self.walk(.tcp(flags))
            #expect(
                Self.hooks(walk) == [
                    "PRE_ROUTING -200 NEW", "LOCAL_IN 0 NEW", "LOCAL_IN 98 NEW", "LOCAL_IN 99 NEW",
                    "LOCAL_IN 99 UNTRACKED", "LOCAL_IN last UNTRACKED", "LOCAL_OUT -200 UNTRACKED",
                    "LOCAL_OUT 0 UNTRACKED", "POST_ROUTING last UNTRACKED",
                ])
            #expect(walk.leavesAs == .untracked && walk.entered == nil)
            #expect(walk.conclusion.joined().contains("never enters the table"))
        }
    }

    @Test("An ACK that is NEW because answers bypass the director is said to be so; of others nothing is said")
    func newACKs() {
        func warns(_ walk: PacketWalk) -> Bool {
            walk.conclusion.contains { $0.contains("Accepting what is INVALID does not help") }
        }
        let pickedUp = TrackedEntry(.tcp(TrackedTCP(byTraffic: .established)), hasSeenReply: false)
        for method in [ForwardingMethod.dr, .tun] {
            #expect(warns(Self.walk(.tcp(.ack), nil, .original, method)))
            #expect(warns(Self.walk(.tcp([.psh, .ack]), pickedUp, .original, method, vsConntrack: true)))
        }
        #expect(!warns(Self.walk(.tcp(.ack), nil, .original, .nat)))
        #expect(!warns(Self.walk(.tcp(.ack), nil, .reply, .dr)))
        #expect(!warns(Self.walk(.tcp(.syn))) && !warns(Self.walk(.udp)))
        // INVALID, or ESTABLISHED.
        #expect(!warns(Self.walk(.tcp(.ack), Self.synSent, vsConntrack: true)))
        #expect(!warns(Self.walk(.tcp(.ack), Self.established)))
        let strict = TrackingConditions(tcpLoose: false)
        #expect(!warns(PacketWalk(WalkQuestion(.tcp(.ack), entry: nil, method: .dr, strict))))
    }

    @Test("vs.conntrack=0: FIN, RST and ICMP errors are INVALID; if dropped, IPVS stays ESTABLISHED for 15 minutes")
    func untrackedInvalid() {
        for (packet, end) in [(TrackedPacket.tcp([.fin, .ack]), "FIN_WAIT"), (.tcp(.rst), "CLOSE")] {
            let walk = Self.walk(packet)
            #expect(walk.judgement.ctstate == .invalid && walk.judgement.fate == .none)
            #expect(walk.conclusion[0].contains("drops INVALID drops it"))
            #expect(walk.conclusion[0].contains("stays ESTABLISHED until its timeout (15 min"))
            #expect(walk.conclusion[1].contains("IPVS's connection to \(end)"))
        }
        let error = Self.walk(Self.fragmentationNeeded)
        #expect(error.judgement.ctstate == .invalid)
        #expect(error.conclusion == ["A filter that drops INVALID drops it: the real server never hears of it."])
    }

    @Test("vs.conntrack=0 and a filter that lets them through: FIN and RST leave as INVALID")
    func untrackedCured() {
        for packet in [TrackedPacket.tcp([.fin, .ack]), .tcp(.rst), Self.fragmentationNeeded] {
            let walk = Self.walk(packet)
            #expect(walk.steps.allSatisfy { $0.ctstate == .invalid })
            #expect(walk.leavesAs == .invalid && walk.entered == nil)
        }
    }

    @Test("vs.conntrack=1: the SYN is confirmed at POST_ROUTING, and the entry stays SYN_SENT")
    func trackedSYN() {
        let walk = Self.walk(.tcp(.syn), vsConntrack: true)
        #expect(walk.leavesAs == .new && walk.entered == Self.synSent)
        #expect(walk.steps.map(\.what).contains("opens a connection: SYN_RECV"))
        #expect(walk.steps.last?.what == "inserts its entry into the table")
        #expect(walk.conclusion.joined().contains("the client's ACKs and data are INVALID"))
    }

    @Test(
        "vs.conntrack=1: the client's ACKs are INVALID, even with the static cure, and only the ICMP error is RELATED"
    )
    func trackedLater() {
        let ack = Self.walk(.tcp(.ack), Self.synSent, vsConntrack: true)
        #expect(ack.judgement.ctstate == .invalid && ack.judgement.fate == .untouched)
        #expect(ack.conclusion.joined().contains("no page gets through"))
        #expect(ack.conclusion[0].contains("stays SYN_RECV"))
        let fin = Self.walk(.tcp([.fin, .ack]), Self.synSent, vsConntrack: true)
        #expect(fin.leavesAs == .invalid)
        #expect(fin.conclusion.joined().contains("IPVS's connection to TIME_WAIT"))
        let rst = Self.walk(.tcp(.rst), Self.synSent, vsConntrack: true)
        #expect(rst.judgement.fate == .destroyed && rst.steps.map(\.what).contains("connection stays SYN_RECV"))
        let error = Self.walk(Self.fragmentationNeeded, Self.synSent, vsConntrack: true)
        #expect(error.judgement.ctstate == .related && error.leavesAs == .related)
    }

    @Test("NAT: with vs.conntrack=1 entry and replies are complete; with 0 replies are INVALID in FORWARD")
    func nat() {
        let syn = Self.walk(.tcp(.syn), nil, .original, .nat, vsConntrack: true)
        #expect(syn.leavesAs == .new && syn.entered == Self.synSent)
        let answer = Self.walk(.tcp([.syn, .ack]), Self.synSent, .reply, .nat, vsConntrack: true)
        #expect(answer.judgement.ctstate == .established && answer.leavesAs == .established)
        #expect(answer.steps.map(\.hook) == [.preRouting, .forward, .forward, .forward, .postRouting])
        let untracked = Self.walk(.tcp([.syn, .ack]), nil, .reply, .nat)
        #expect(untracked.judgement.ctstate == .invalid && untracked.leavesAs == .invalid)
        let data = Self.walk(.tcp(.ack), nil, .reply, .nat)
        #expect(data.judgement.ctstate == .new && data.leavesAs == .untracked && data.entered == nil)
        let fin = Self.walk(.tcp([.fin, .ack]), Self.established, .original, .nat, vsConntrack: true)
        #expect(fin.steps.map(\.what).contains("connection: ESTABLISHED to CLOSE_WAIT"))
        #expect(fin.leavesAs == .established)
    }

    @Test("NAT: an INVALID packet is looked up again after the translation, which changes its tuple")
    func natLooksAgain() {
        let walk = Self.walk(.tcp(.ack), Self.synSent, .original, .nat, vsConntrack: true)
        #expect(walk.judgement.ctstate == .invalid && walk.leavesAs == .new)
        #expect(walk.entered?.state == "ESTABLISHED")
        let direct = Self.walk(.tcp(.ack), Self.synSent, .original, .dr, vsConntrack: true)
        #expect(direct.leavesAs == .invalid && direct.entered == nil)
    }

    @Test("TUN: the packet's own entry is confirmed before encapsulation, and the outer packet is NEW")
    func tunnel() {
        for vsConntrack in [false, true] {
            let walk = Self.walk(.tcp(.syn), nil, .original, .tun, vsConntrack: vsConntrack)
            #expect(walk.judgement.ctstate == .new && walk.leavesAs == .new)
            #expect(walk.entered == (vsConntrack ? Self.synSent : nil))
        }
        #expect(Self.walk(.tcp(.rst), nil, .original, .tun).leavesAs == .new)
    }

    @Test("LOCAL: the packet ends at a socket; its replies go through LOCAL_OUT")
    func local() {
        let untracked = Self.walk(.tcp(.syn), nil, .original, .local)
        #expect(untracked.leavesAs == nil && untracked.entered == nil)
        #expect(untracked.steps.last?.hook == .localIn)
        let tracked = Self.walk(.tcp(.syn), nil, .original, .local, vsConntrack: true)
        #expect(tracked.leavesAs == nil && tracked.entered == Self.synSent)
        let reply = Self.walk(.tcp([.syn, .ack]), nil, .reply, .local)
        #expect(reply.judgement.ctstate == .invalid)
        #expect(reply.steps.map(\.priority) == [-200, -99, -99, 0, .max])
    }

    @Test("IPVS does not know the replies of DR's real servers if they pass here")
    func replyOfDR() {
        let walk = Self.walk(.tcp([.syn, .ack]), nil, .reply, .dr)
        #expect(walk.steps.map(\.what).contains("does not match it"))
        #expect(Self.walk(.tcp(.ack), nil, .reply, .dr).entered?.state == "ESTABLISHED")
    }

    @Test("Packets that IPVS does not balance go to the director itself, and are tracked as usual")
    func echo() {
        let walk = Self.walk(.icmp(ICMPType(rawValue: 8)))
        #expect(walk.judgement.ctstate == .new && walk.leavesAs == nil && walk.entered != nil)
        #expect(walk.steps.map(\.what).contains("does not take it"))
    }

    @Test("UDP: each datagram is NEW; a one-packet service keeps no connection")
    func udp() {
        let walk = Self.walk(.udp)
        #expect(walk.judgement.ctstate == .new && walk.leavesAs == .untracked)
        var question = walk.question
        question.isOnePacket = true
        #expect(PacketWalk(question).steps.map(\.what).contains("chooses a real server"))
    }

    @Test(
        "Steps are in hook order, and each names its place in the kernel", arguments: ForwardingMethod.all
    )
    func order(_ method: ForwardingMethod) {
        let order: [NetfilterHook] = [.preRouting, .localIn, .forward, .localOut, .postRouting]
        for packet in [
            TrackedPacket.tcp(.syn), .tcp(.rst), .udp, Self.fragmentationNeeded, .other(.init(rawValue: 99)),
        ] {
            for direction in TupleDirection.allCases {
                for vsConntrack in [false, true] {
                    let walk = Self.walk(packet, nil, direction, method, vsConntrack: vsConntrack)
                    let keys = walk.steps.map { ((order.firstIndex(of: $0.hook) ?? 9), $0.priority) }
                    for (earlier, later) in zip(keys, keys.dropFirst()) { #expect(earlier <= later) }
                    #expect(walk.steps.allSatisfy { $0.place.file.hasSuffix(".c") && !$0.reason.isEmpty })
                    #expect(!walk.conclusion.isEmpty && !walk.question.assumptions.isEmpty)
                }
            }
        }
    }
}

extension ForwardingMethod {
    static let all: [ForwardingMethod] = [.dr, .tun, .nat, .local, .bypass]
}
