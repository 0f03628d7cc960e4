import Addresses
import Netlink
import TestSupport
import Testing

@testable import Conntrack

@Suite("Messages of ctnetlink that do not say whom they are about")
struct IdentityTests {
    private static let done = Request(.netfilter, "script", type: 3, flags: 0).message(sequence: 1)

    /// A message with an id, and what else is appended. `subsystem` 2 is that of expectations.
    private static func message(
        _ subsystem: Int32 = 1, family: Int32 = 2, _ extend: (inout Request) -> Void = { _ in }
    ) -> [UInt8] {
        var request = Request.netfilter("script", subsystem: subsystem, message: 0, flags: 0, family: family)
        extend(&request)
        request.append(subsystem == 1 ? 12 : 5, bigEndian: UInt32(7))
        return request.message(sequence: 1)
    }

    private static func dump(_ message: [UInt8]) throws -> (ids: [UInt32?], answer: Answer) {
        var ids: [UInt32?] = []
        let whole = Self.message { $0.appendTuple() }
        let kernel = ScriptedKernel(answers: [[whole + message, Self.done]])
        let answer = try Table(kernel).dump { ids.append($0.id) }
        return (ids, answer)
    }

    /// An entry whose original tuple has so many addresses, and the number of a protocol.
    private static func entry(family: Int32 = 2, addresses: Int, _ number: UInt8) -> [UInt8] {
        message(family: family) { message in
            message.nest(1) { tuple in
                tuple.nest(1) { nest in
                    for type in 0..<addresses { nest.append(type + 1, [10, 0, 0, UInt8(type)]) }
                }
                tuple.nest(2) { $0.append(1, host: number) }
            }
        }
    }

    @Test("An entry without its original tuple, or without addresses or ports in it, is left out and said")
    func entries() throws {
        let samples: [(String, [UInt8])] = [
            ("original tuple", Self.message()),
            ("original tuple", Self.message { $0.nest(1) { _ in } }),
            ("addresses in its original tuple", Self.entry(addresses: 0, 6)),
            ("addresses in its original tuple", Self.entry(addresses: 1, 6)),
            ("ports in its original tuple", Self.entry(addresses: 2, 6)),
        ]
        for (lack, message) in samples {
            let (ids, answer) = try Self.dump(message)
            #expect(ids == [7], "\(lack)")
            let why = "1 message could not be used (number 2 of the answer): entry at byte 16: it has no \(lack)"
            #expect(answer.unusable?.description == why)
        }
    }

    @Test("An entry of a protocol without ports, or of another family, has what it can have")
    func others() throws {
        let samples = [
            Self.entry(addresses: 2, 50),
            // AF_BRIDGE, with a protocol; and with an attribute that is unknown.
            Self.entry(family: 7, addresses: 0, 6),
            Self.message(family: 7) { $0.nest(1) { $0.append(99, host: UInt32(1)) } },
        ]
        for message in samples {
            let (ids, answer) = try Self.dump(message)
            #expect(ids == [7, 7] && answer.isWhole)
        }
    }

    @Test("A look-up whose answer is of nobody fails, rather than finding nothing")
    func lookUp() throws {
        var tuple = Tuple()
        (tuple.source, tuple.destination) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
        let kernel = ScriptedKernel(answers: [[Self.message(), Self.done]])
        let error = #expect(throws: KernelError.self) { try Table(kernel).entry(for: tuple) }
        #expect(error?.cause == .damaged)
    }

    @Test("So with expectations")
    func expectations() throws {
        let whole = Self.message(2) { $0.appendTuple(2) }
        let kernel = ScriptedKernel(answers: [[whole, Self.message(2), whole, Self.done]])
        var found = 0
        let answer = try Expectations(kernel).dump { _ in found += 1 }
        #expect(found == 2)
        let why = "1 message could not be used (number 2 of the answer): expectation at byte 16: it has no tuple"
        #expect(answer.unusable?.description == why)
    }

    @Test("Counters of another type are missing, and said; a size that cannot be used is an error")
    func statistics() throws {
        let counters = Request.netfilter("script", subsystem: 1, message: 4, flags: 0).message(sequence: 1)
        let kernel = ScriptedKernel(answers: [
            [counters, Self.message(), Self.done], [Self.done], [Self.message(), Self.done],
        ])
        let (cpus, unusable) = try Table(kernel).statistics()
        #expect(cpus.count == 1 && unusable?.count == 1)
        let error = #expect(throws: KernelError.self) { try Table(kernel).size() }
        #expect(error?.cause == .damaged)
    }
}
