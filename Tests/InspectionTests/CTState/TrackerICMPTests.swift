import Addresses
import Conntrack
import Firewall
import Testing

@testable import Inspection

/// What conntrack does with ICMP, UDP and the rest. The expected results are the kernel's answers to crafted packets
/// (Linux 6.18; 6.1 where noted).
struct TrackerICMPTests {
    private static let replied = TrackedEntry(.stateless, hasSeenReply: true)
    private static let unreplied = TrackedEntry(.stateless, hasSeenReply: false)

    @Test("Without an entry, four ICMP requests create one, and every other type is INVALID")
    func icmp() {
        let new = (UInt8(0)...255).filter {
            let outcome = ConntrackModel().outcome(of: .icmp(ICMPType(rawValue: $0)), entry: nil)
            #expect(outcome.ctstate == .new || outcome.ctstate == .invalid)
            #expect((outcome.fate == .fresh) == (outcome.ctstate == .new))
            return outcome.ctstate == .new
        }
        #expect(new == [8, 13, 15, 17])
    }

    @Test("Without an entry, two ICMPv6 queries create one, link-local messages are UNTRACKED, the rest is INVALID")
    func icmpv6() {
        for (leaves, expected) in [
            (true, [130, 131, 132, 133, 134, 135, 136, 143, 151, 152] as [UInt8]),
            (false, [130, 131, 132, 133, 134, 135, 136, 143]),
        ] {
            let tracker = ConntrackModel(TrackingConditions(leavesRouterDiscovery: leaves))
            let states = (UInt8(0)...255).map {
                tracker.outcome(of: .icmpv6(ICMPv6Type(rawValue: $0)), entry: nil).ctstate
            }
            #expect(states.indices.filter { states[$0] == .new } == [128, 139])
            #expect(states.indices.filter { states[$0] == .untracked }.map(UInt8.init) == expected)
            #expect(states.count { $0 == .invalid } == 256 - 2 - expected.count)
        }
        #expect(!TrackingConditions.leavesRouterDiscovery("6.1.0-56-amd64"))
        #expect(TrackingConditions.leavesRouterDiscovery("6.12.43+deb13-amd64"))
        #expect(TrackingConditions.leavesRouterDiscovery("unknown"))
    }

    @Test("An error is RELATED to the entry of the packet it quotes, in any state, and changes nothing")
    func errors() {
        let segment = TrackedEntry(.tcp(TrackedTCP(.synSent)), hasSeenReply: false)
        for entry in [Self.replied, Self.unreplied, segment] {
            for direction in TupleDirection.allCases {
                for type: UInt8 in [3, 4, 5, 11, 12] {
                    let outcome = ConntrackModel().outcome(of: .icmp(ICMPType(rawValue: type)), entry: entry, direction)
                    #expect(outcome.ctstate == .related && outcome.fate == .kept && outcome.entry == entry)
                }
                for type: UInt8 in [1, 2, 3, 4, 100, 127, 137] {
                    let outcome = ConntrackModel().outcome(
                        of: .icmpv6(ICMPv6Type(rawValue: type)), entry: entry, direction)
                    #expect(outcome.ctstate == .related && outcome.entry == entry)
                }
            }
        }
    }

    @Test("A reply belongs to its query's entry, in reply direction")
    func answers() {
        let answer = ConntrackModel().outcome(of: .icmp(ICMPType(rawValue: 0)), entry: Self.unreplied, .reply)
        #expect(answer.ctstate == .established && answer.fate == .updated && answer.entry?.hasSeenReply == true)
        #expect(ConntrackModel().outcome(of: .icmp(ICMPType(rawValue: 8)), entry: Self.unreplied).ctstate == .new)
        #expect(ConntrackModel().outcome(of: .icmp(ICMPType(rawValue: 8)), entry: Self.replied).ctstate == .established)
        #expect(
            ConntrackModel().outcome(of: .icmpv6(ICMPv6Type(rawValue: 129)), entry: nil, .reply).ctstate == .invalid)
    }

    @Test("GRE and UDP-Lite become ASSURED with a packet after the reply, unlike other protocols")
    func assuredByPackets() {
        for (number, isAssured) in [(IPProtocol.gre, true), (.udplite, true), (.esp, false)] {
            let packet = TrackedPacket.other(number)
            let outcome = ConntrackModel().outcome(of: packet, entry: Self.replied)
            #expect(outcome.entry?.isAssured == isAssured)
            #expect(outcome.fate == (isAssured ? .updated : .kept))
            #expect(ConntrackModel().outcome(of: packet, entry: Self.unreplied, .reply).entry?.isAssured == false)
        }
    }

    @Test("UDP and protocols without a tracker", arguments: [TrackedPacket.udp, .other(.gre), .other(.esp)])
    func stateless(_ packet: TrackedPacket) {
        let fresh = ConntrackModel().outcome(of: packet, entry: nil)
        #expect(fresh.ctstate == .new && fresh.fate == .fresh && fresh.entry == Self.unreplied)
        #expect(ConntrackModel().outcome(of: packet, entry: Self.unreplied).ctstate == .new)
        let reply = ConntrackModel().outcome(of: packet, entry: Self.unreplied, .reply)
        #expect(reply.ctstate == .established && reply.entry == Self.replied)
        #expect(ConntrackModel().outcome(of: packet, entry: Self.replied).ctstate == .established)
    }

    @Test("Classes and names")
    func words() {
        #expect(TrackedPacket.icmp(ICMPType(rawValue: 3)).packetClass == .icmpError)
        #expect(TrackedPacket.icmp(ICMPType(rawValue: 8)).packetClass == .other)
        #expect(TrackedPacket.icmpv6(ICMPv6Type(rawValue: 2)).packetClass == .icmpError)
        #expect(TrackedPacket.tcp([.fin, .ack]).packetClass == .fin)
        #expect(TrackedPacket.other(.gre).packetClass == .other && TrackedPacket.udp.packetClass == .udp)
        #expect("\(ICMPType(rawValue: 3))" == "destination-unreachable" && "\(ICMPType(rawValue: 99))" == "type 99")
        #expect("\(ICMPv6Type(rawValue: 2))" == "packet-too-big" && "\(SCTPChunk(rawValue: 10))" == "cookie-echo")
        #expect("\(SCTPChunk(rawValue: 77))" == "77")
    }
}
