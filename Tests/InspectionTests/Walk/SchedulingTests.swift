import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

/// What IPVS does with packets of connections that it has, has lost, or never had.
struct SchedulingTests {
    private static let established = TrackedEntry(
        .tcp(TrackedTCP(byTraffic: .established)), hasSeenReply: true, isAssured: true)

    private static func walk(
        _ packet: TrackedPacket, _ entry: TrackedEntry? = nil, method: ForwardingMethod = .dr,
        vsConntrack: Bool = false,
        _ change: (inout SchedulingConditions) -> Void
    ) -> PacketWalk {
        var question = WalkQuestion(
            packet, entry: entry, method: method, TrackingConditions(ipvsConntrack: vsConntrack))
        change(&question.scheduling)
        return PacketWalk(question)
    }

    @Test(
        "Without a connection a SYN opens one, and an ACK only with sloppy_tcp=1; else it goes to the director itself")
    func withoutConnection() {
        #expect(Self.walk(.tcp(.syn)) { $0.connection = AssumedConnection.none }.decision == .opens)
        let ack = Self.walk(.tcp(.ack)) { $0.connection = AssumedConnection.none }
        #expect(ack.decision == .leavesToHost && ack.leavesAs == nil)
        #expect(ack.entered?.state == "ESTABLISHED", "it reaches the end of LOCAL_IN")
        #expect(ack.conclusion.joined().contains("answers with a RST"))
        let sloppy = Self.walk(.tcp(.ack)) {
            $0.connection = AssumedConnection.none
            $0.sloppyTCP = true
        }
        #expect(sloppy.decision == .opens && sloppy.leavesAs == .untracked)
        #expect(sloppy.steps.map(\.what).contains("opens a connection: ESTABLISHED"))
        let rst = Self.walk(.tcp(.rst)) {
            $0.connection = AssumedConnection.none
            $0.sloppyTCP = true
        }
        #expect(rst.decision == .leavesToHost && rst.conclusion.joined().contains("ignores it"))
    }

    @Test("Of SCTP, without a connection INIT alone opens one, with sloppy_sctp=1 all but ABORT")
    func sctp() {
        func decision(_ chunk: SCTPChunk, sloppy: Bool) -> SchedulingDecision? {
            Self.walk(.sctp(SCTPPacket(usual: [chunk], .original))) {
                $0.connection = AssumedConnection.none
                $0.sloppySCTP = sloppy
            }.decision
        }
        #expect(decision(.initiate, sloppy: false) == .opens)
        #expect(decision(.heartbeat, sloppy: false) == .leavesToHost)
        #expect(decision(.data, sloppy: false) == .leavesToHost)
        #expect(decision(.heartbeat, sloppy: true) == .opens)
        #expect(decision(.abort, sloppy: true) == .leavesToHost)
    }

    @Test("ICMP errors and UDP without a connection")
    func others() {
        let error = TrackedPacket.icmp(ICMPType(rawValue: 3))
        #expect(Self.walk(error) { $0.connection = AssumedConnection.none }.decision == .leavesToHost)
        let scheduled = Self.walk(error) {
            $0.connection = AssumedConnection.none
            $0.schedulesICMP = true
        }
        #expect(scheduled.decision == .opens)
        #expect(Self.walk(.udp) { $0.connection = AssumedConnection.none }.decision == .opens)
        #expect(Self.walk(.icmp(ICMPType(rawValue: 5))) { _ in }.decision == nil, "IPVS does not take a redirect")
        #expect(Self.walk(.icmp(ICMPType(rawValue: 12))) { _ in }.decision == nil, "nor a parameter problem")
    }

    @Test(
        "A SYN that reuses the ports of an ended connection",
        arguments: [
            (1, ConnectionStateMachine.State.timeWait, SchedulingDecision.reopens(.reuse)),
            (1, .close, .reopens(.reuse)),
            (1, .finWait, .continues), (2, .finWait, .reopens(.reuse)), (1, .established, .continues),
            (0, .timeWait, .continues), (2, .timeWait, .reopens(.reuse)),
        ])
    func reuse(_ mode: Int, _ state: ConnectionStateMachine.State, _ decision: SchedulingDecision) {
        let walk = Self.walk(.tcp(.syn)) {
            $0.connection = .tcp(state)
            $0.reuseMode = mode
        }
        #expect(walk.decision == decision)
        if case .reopens = decision { #expect(walk.steps.map(\.what).contains("opens a connection: SYN_RECV")) }
        let ack = Self.walk(.tcp(.ack)) { $0.connection = .tcp(state) }
        #expect(ack.decision == .continues, "only a SYN starts over")
    }

    @Test("With vs.conntrack=1, a SYN whose entry is in the table is dropped once; one that replaces its entry is not")
    func reuseBesideConntrack() {
        let dropped = Self.walk(.tcp(.syn), Self.established, method: .nat, vsConntrack: true) {
            $0.connection = .tcp(.timeWait)
        }
        #expect(dropped.decision == .dropsOnce(.reuse) && dropped.leavesAs == nil && dropped.entered == nil)
        #expect(dropped.conclusion.joined().contains("sends it again"))
        let ended = TrackedEntry(.tcp(TrackedTCP(byTraffic: .timeWait)), hasSeenReply: true, isAssured: true)
        let reopened = Self.walk(.tcp(.syn), ended, method: .nat, vsConntrack: true) { $0.connection = .tcp(.timeWait) }
        #expect(reopened.decision == .reopens(.reuse) && reopened.leavesAs == .new)
    }

    @Test("A destination that is gone: silence, or with expire_nodest_conn=1 a new beginning or a RST")
    func gone() {
        func walk(_ packet: TrackedPacket, expires: Bool) -> PacketWalk {
            Self.walk(packet) {
                $0.connection = .tcp(.established)
                $0.destination = .gone
                $0.expiresNodest = expires
            }
        }
        #expect(walk(.tcp(.ack), expires: false).decision == .drops)
        #expect(walk(.tcp(.ack), expires: false).conclusion.joined().contains("the client hears nothing"))
        #expect(walk(.tcp(.ack), expires: true).decision == .leavesToHost)
        #expect(walk(.tcp(.syn), expires: true).decision == .reopens(.nodest))
    }

    @Test("A destination of weight 0 keeps its connections, and gets a SYN no more with expire_nodest_conn=1")
    func quiesced() {
        func decision(_ packet: TrackedPacket, expires: Bool) -> SchedulingDecision? {
            Self.walk(packet) {
                $0.connection = .tcp(.established)
                $0.destination = .quiesced
                $0.expiresNodest = expires
            }.decision
        }
        #expect(decision(.tcp(.ack), expires: true) == .continues)
        #expect(decision(.tcp(.syn), expires: false) == .continues)
        #expect(decision(.tcp(.syn), expires: true) == .reopens(.nodest))
        let first = Self.walk(.tcp(.syn)) { $0.destination = .quiesced }
        #expect(first.decision == .rejects && first.conclusion.joined().contains("port unreachable"))
    }
}
