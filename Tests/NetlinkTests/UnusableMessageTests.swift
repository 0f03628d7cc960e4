import Addresses
import TestSupport
import Testing

@testable import Netlink

@Suite("Messages of an answer that cannot be used")
struct UnusableMessageTests {
    private static let entry = AnswerTests.entry
    private static let done = AnswerTests.done
    private static let stranger = hexadecimal("10 00 00 00  02 05  02 00  01 00 00 00  00 00 00 00")

    @Test("One of another type is left out, and said")
    func type() throws {
        let (sequences, answer) = try AnswerTests.ask([Self.entry + Self.stranger + Self.entry, Self.done])
        #expect(sequences.count == 2 && answer.messages == 2)
        #expect(!answer.isWhole && !answer.interrupted)
        #expect(
            answer.unusable?.description
                == "1 message could not be used (number 2 of the answer): message at byte 4: its type is 1282, not 256")
    }

    @Test("So is one that lacks what it is about; where, is told from its beginning, and what follows it is delivered")
    func identity() throws {
        var delivered = 0
        let kernel = ScriptedKernel(answers: [[Self.entry + Self.entry + Self.entry + Self.done]])
        let answer = try kernel.ask(AnswerTests.request) { message, _ throws(DecodeError) in
            if message.payload.lowerBound == 32 { throw .unusable("entry", "it is nameless", at: 20) }
            delivered += 1
        }
        #expect(delivered == 2 && answer.messages == 2)
        #expect(
            answer.shortfall(ifChanged: "it changed")
                == "1 message could not be used (number 2 of the answer): entry at byte 4: it is nameless")
    }

    @Test("A strict question fails with them, after delivering the others")
    func strictly() {
        var delivered = 0
        let error = #expect(throws: KernelError.self) {
            try ScriptedKernel(answers: [[Self.stranger + Self.entry + Self.done]])
                .askStrictly(AnswerTests.request) { _, _ in delivered += 1 }
        }
        #expect(delivered == 1 && error?.cause == .damaged)
        #expect(error?.description.hasPrefix("cannot dump the table: 1 message could not be used") == true)
    }

    @Test("Of several answers the first is told, and all are counted")
    func several() throws {
        var whole = try AnswerTests.ask([Self.entry + Self.done]).answer
        let one = try AnswerTests.ask([Self.stranger + Self.done]).answer
        let interrupted = hexadecimal("10 00 00 00  00 01  12 00  01 00 00 00  00 00 00 00")
        let two = try AnswerTests.ask([interrupted + Self.stranger + Self.stranger + Self.done]).answer
        #expect(whole.isWhole && whole.shortfall(ifChanged: "it changed") == nil)
        whole.add(one)
        whole.add(two)
        #expect(whole.messages == 2 && whole.interrupted)
        #expect(
            whole.shortfall(ifChanged: "it changed")
                == "it changed; 3 messages could not be used (the first is number 1 of the answer): message at byte 4: its type is 1282, not 256"
        )
    }

    @Test("A dump is not repeated for them, as the kernel would send the same")
    func repeating() throws {
        var attempts = 0
        let answer = try Answer.repeating(3) { () throws(KernelError) in
            attempts += 1
            let kernel = ScriptedKernel(answers: [[Self.stranger + Self.done]])
            return try kernel.ask(AnswerTests.request) { _, _ in }
        }
        #expect(attempts == 1 && answer.unusable?.count == 1)
    }

    @Test("A dump that is lost each time says that it changed, or that answers were lost")
    func lost() throws {
        let answer = try Answer.repeating(2) { () throws(KernelError) in throw KernelError("dump", .lost) }
        #expect(answer.interrupted && answer.unusable == nil)
    }

    /// As in the captures of Tests/Fixtures; that of ipset and of hooks as the kernel answers in their own tests.
    private static let types: [(bus: Request.Bus, request: UInt16, answer: UInt16)] = [
        (.netfilter, 0x101, 0x100), (.netfilter, 0x104, 0x104), (.netfilter, 0x105, 0x105), (.netfilter, 0x106, 0x100),
        (.netfilter, 0x107, 0x100), (.netfilter, 0x201, 0x200), (.netfilter, 0x203, 0x103), (.netfilter, 0xA01, 0xA00),
        (.netfilter, 0xA04, 0xA03), (.netfilter, 0xA07, 0xA06), (.netfilter, 0xA0A, 0xA09), (.netfilter, 0xA0D, 0xA0C),
        (.netfilter, 0xA10, 0xA0F), (.netfilter, 0xA13, 0xA12), (.netfilter, 0xA17, 0xA16), (.netfilter, 0x607, 0x607),
        (.netfilter, 0xC00, 0xC00), (.generic, 0x10, 0x10), (.generic, 0x1C, 0x1C), (.route, 18, 16), (.route, 22, 20),
        (.route, 26, 24), (.route, 30, 28), (.route, 34, 32),
    ]

    @Test("The type that answers a request", arguments: types)
    func answering(_ bus: Request.Bus, _ request: UInt16, _ answer: UInt16) {
        #expect(AnswerType(Request(bus, "ask", type: request, flags: 0)).usual == answer)
    }

    @Test("A generic message is of one command")
    func command() throws {
        let bytes = hexadecimal("14 00 00 00  1c 00  00 00  01 00 00 00  00 00 00 00  04 01 00 00")
        let message = try #require(
            try {
                var cursor = MessageCursor(); return try cursor.next(in: bytes.span.bytes)
            }())
        let range = try message.attributes(ofCommand: 4, in: bytes.span.bytes)
        #expect(range == 20..<20)
        let error = #expect(throws: DecodeError.self) { try message.attributes(ofCommand: 1, in: bytes.span.bytes) }
        #expect(error?.isOfMessageAlone == true && error?.why == "its command is 4, not 1")
    }

    @Test("After an overrun the source forgets the rest of the answer, so that the next one does not begin with it")
    func overrun() throws {
        let overrun = hexadecimal("10 00 00 00  04 00  00 00  01 00 00 00  00 00 00 00")
        var errors: [KernelError] = []
        let kernel = ThrowingNote(ScriptedKernel(answers: [[overrun]])) { errors.append($0) }
        _ = try? kernel.ask(AnswerTests.request) { _, _ in }
        #expect(errors.map(\.cause) == [.lost])
    }
}

/// Notes what the receiver throws: a source then drops what is left.
private final class ThrowingNote: KernelSource {
    let source: ScriptedKernel
    let note: (KernelError) -> Void
    var origin: Origin { source.origin }

    init(_ source: ScriptedKernel, _ note: @escaping (KernelError) -> Void) {
        (self.source, self.note) = (source, note)
    }

    func exchange(_ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception) throws(KernelError)
    {
        try source.exchange(request) { datagram, sequence throws(KernelError) in
            do throws(KernelError) { return try receive(datagram, sequence) } catch {
                note(error)
                throw error
            }
        }
    }

    func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness { try source.read(file, within: bound, receive) }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] { try source.list(folder) }
}
