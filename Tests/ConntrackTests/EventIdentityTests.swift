import Addresses
import Conntrack
import Netlink
import TestSupport
import Testing

@Suite("Events that do not say whom they are about")
struct EventIdentityTests {
    private let done = Request(.netfilter, "script", type: 3, flags: 0).message(sequence: 1)

    private func message(_ subsystem: Int32 = 1, _ extend: (inout Request) -> Void = { _ in }) -> [UInt8] {
        var request = Request.netfilter("script", subsystem: subsystem, message: 0, flags: 0, family: 2)
        extend(&request)
        return request.message(sequence: 1)
    }

    @Test("They do not keep others from being delivered; what netlink itself says is no event")
    func events() throws {
        let event = message { $0.appendTuple() }
        let acknowledgement = Request(.netfilter, "script", type: 2, flags: 0).message(sequence: 1)
        let datagram = message() + event + message(2) + acknowledgement + done + event
        var (events, errors): (Int, [String]) = (0, [])
        try Entry.events(in: datagram.span.bytes, receivedAt: Moment(nanoseconds: 0)) { _ in
            events += 1
        } unusable: {
            errors.append($0.why)
        }
        #expect(events == 2 && errors == ["it has no original tuple", "its type is 512"])
    }

    @Test("When the kernel made an event is its time; when it was received is known as well")
    func times() throws {
        let stamped = message {
            $0.appendTuple()
            // CTA_TIMESTAMP_EVENT, which older headers lack.
            $0.append(27, bigEndian: UInt64(5_000_000_000))
        }
        let datagram = stamped + message { $0.appendTuple() }
        var times: [[UInt64]] = []
        try Entry.events(in: datagram.span.bytes, receivedAt: Moment(nanoseconds: 7_000_000_000)) {
            times.append([$0.time.nanoseconds, $0.received.nanoseconds])
            #expect($0.subject.unknown.isEmpty)
        } unusable: {
            Issue.record("\($0)")
        }
        #expect(times == [[5_000_000_000, 7_000_000_000], [7_000_000_000, 7_000_000_000]])
    }
}
