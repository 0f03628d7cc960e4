import Addresses
import CNetlink
import Netlink
import TestSupport
import Testing

@testable import Firewall

struct CounterElementTests {
    /// An element of a counting set; without a counter, nobody knows how many packets it has.
    private static func append(to list: inout Request, counted: Bool) {
        list.nest(1) { element in
            element.nest(NFTA_SET_ELEM_KEY.rawValue) { key in
                key.append(NFTA_DATA_VALUE.rawValue, [UInt8](repeating: 1, count: 64))
            }
            guard counted else { return }
            element.nest(NFTA_SET_ELEM_EXPR.rawValue) { expression in
                expression.append(NFTA_EXPR_NAME.rawValue, text: "counter")
                expression.nest(NFTA_EXPR_DATA.rawValue) { counter in
                    counter.append(NFTA_COUNTER_PACKETS.rawValue, bigEndian: UInt64(5))
                    counter.append(NFTA_COUNTER_BYTES.rawValue, bigEndian: UInt64(500))
                }
            }
        }
    }

    @Test("An element without a counter makes its message unusable, after the others of it were counted")
    func unusable() throws {
        var targets = ObservationTargets()
        targets.entering = [.port(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80))]
        let set = try #require(ObservationRuleset("mine", targets, ObservationOptions()).counters.first)
        var message = Request.netfilter(
            "script", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_NEWSETELEM.rawValue, flags: 0)
        message.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
            for counted in [true, false, true] { Self.append(to: &list, counted: counted) }
        }
        let done = Request(.netfilter, "script", type: 3, flags: 0).message(sequence: 1)
        let question = Request.netfilter(
            "ask", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_GETSETELEM.rawValue, flags: NLM_F_DUMP)
        var packets: [UInt64] = []
        let kernel = ScriptedKernel(answers: [[message.message(sequence: 1), done]])
        let answer = try kernel.ask(question) { message, datagram throws(DecodeError) in
            try CounterElement(set: set).decode(message, in: datagram) { packets.append($0.packets) }
        }
        #expect(packets == [5, 5])
        #expect(answer.unusable?.description.hasSuffix("it has no key or no counter") == true)
    }
}
