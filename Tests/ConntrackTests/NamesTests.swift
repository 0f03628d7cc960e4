import CNetlink
import Conntrack
import Testing

/// Our names compared with the C headers' numbers. Two are macros there for numbers that have an older name:
/// `IPS_NAT_CLASH` for `IPS_UNTRACKED`, `TCP_CONNTRACK_SYN_SENT2` for `TCP_CONNTRACK_LISTEN`.
struct NamesTests {
    @Test func statusBits() {
        let bits: [(ip_conntrack_status, String)] = [
            (IPS_EXPECTED, "EXPECTED"), (IPS_SEEN_REPLY, "SEEN_REPLY"), (IPS_ASSURED, "ASSURED"),
            (IPS_CONFIRMED, "CONFIRMED"), (IPS_SRC_NAT, "SRC_NAT"), (IPS_DST_NAT, "DST_NAT"),
            (IPS_SEQ_ADJUST, "SEQ_ADJUST"), (IPS_SRC_NAT_DONE, "SRC_NAT_DONE"), (IPS_DST_NAT_DONE, "DST_NAT_DONE"),
            (IPS_DYING, "DYING"), (IPS_FIXED_TIMEOUT, "FIXED_TIMEOUT"), (IPS_TEMPLATE, "TEMPLATE"),
            (IPS_UNTRACKED, "NAT_CLASH"), (IPS_HELPER, "HELPER"), (IPS_OFFLOAD, "OFFLOAD"),
            (IPS_HW_OFFLOAD, "HW_OFFLOAD"),
        ]
        for (bit, name) in bits {
            #expect(Status(rawValue: bit.rawValue).names == [name])
            #expect(Status(name: name.lowercased())?.rawValue == bit.rawValue)
        }
        #expect(Status.names.count == bits.count)
    }

    @Test func statusConstants() {
        let constants: [(Status, ip_conntrack_status)] = [
            (.expected, IPS_EXPECTED), (.seenReply, IPS_SEEN_REPLY), (.assured, IPS_ASSURED),
            (.confirmed, IPS_CONFIRMED), (.sourceNAT, IPS_SRC_NAT), (.destinationNAT, IPS_DST_NAT),
            (.dying, IPS_DYING), (.fixedTimeout, IPS_FIXED_TIMEOUT), (.offload, IPS_OFFLOAD),
            (.hardwareOffload, IPS_HW_OFFLOAD),
        ]
        for (ours, theirs) in constants { #expect(ours.rawValue == theirs.rawValue) }
    }

    @Test func bitsWithoutANameAreNumbers() {
        #expect(Status(rawValue: 1 << 16 | 1 << 31 | 1).names == ["EXPECTED", "BIT_16", "BIT_31"])
        #expect(Status([]).names == [])
        #expect(Status(name: "BIT_31")?.rawValue == 1 << 31)
        for name in ["BIT_32", "BIT_", "BIT_-1", "", "ASSURE"] { #expect(Status(name: name) == nil) }
    }

    @Test func statesOfTCP() {
        let states = [
            TCP_CONNTRACK_NONE, TCP_CONNTRACK_SYN_SENT, TCP_CONNTRACK_SYN_RECV, TCP_CONNTRACK_ESTABLISHED,
            TCP_CONNTRACK_FIN_WAIT, TCP_CONNTRACK_CLOSE_WAIT, TCP_CONNTRACK_LAST_ACK, TCP_CONNTRACK_TIME_WAIT,
            TCP_CONNTRACK_CLOSE, TCP_CONNTRACK_LISTEN,
        ]
        let names = [
            "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
            "SYN_SENT2",
        ]
        #expect(states.map { ProtocolState.tcp(.init(state: UInt8($0.rawValue))).name } == names)
        #expect(ProtocolState.tcp(.init(state: UInt8(TCP_CONNTRACK_MAX.rawValue))).name == "10")
        #expect(ProtocolState.tcp(.init()).name == nil)
    }

    @Test func statesOfSCTP() {
        let states = [
            SCTP_CONNTRACK_NONE, SCTP_CONNTRACK_CLOSED, SCTP_CONNTRACK_COOKIE_WAIT, SCTP_CONNTRACK_COOKIE_ECHOED,
            SCTP_CONNTRACK_ESTABLISHED, SCTP_CONNTRACK_SHUTDOWN_SENT, SCTP_CONNTRACK_SHUTDOWN_RECD,
            SCTP_CONNTRACK_SHUTDOWN_ACK_SENT, SCTP_CONNTRACK_HEARTBEAT_SENT, SCTP_CONNTRACK_HEARTBEAT_ACKED,
        ]
        let names = [
            "NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
            "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED",
        ]
        #expect(states.map { ProtocolState.sctp(.init(state: UInt8($0.rawValue))).name } == names)
    }

    @Test func statesOfDCCP() {
        let states = [
            DCCP_CONNTRACK_NONE, DCCP_CONNTRACK_REQUEST, DCCP_CONNTRACK_RESPOND, DCCP_CONNTRACK_PARTOPEN,
            DCCP_CONNTRACK_OPEN, DCCP_CONNTRACK_CLOSEREQ, DCCP_CONNTRACK_CLOSING, DCCP_CONNTRACK_TIMEWAIT,
            DCCP_CONNTRACK_IGNORE, DCCP_CONNTRACK_INVALID,
        ]
        let names = [
            "NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID",
        ]
        #expect(states.map { ProtocolState.dccp(.init(state: UInt8($0.rawValue))).name } == names)
        #expect(ProtocolState.dccp(.init(state: UInt8(DCCP_CONNTRACK_MAX.rawValue))).name == "10")
    }
}
