import Netlink
import TestSupport
import Testing

struct AnswerTests {
    static let request = Request(.netfilter, "dump the table", type: 0x101, flags: 0x300)
    /// An empty message with `sequence` 1.
    static let entry = hexadecimal("10 00 00 00  00 01  02 00  01 00 00 00  00 00 00 00")
    /// `NLMSG_DONE`, and 0 for success.
    static let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00  00 00 00 00")

    /// The sequence numbers of the messages delivered, and how the answer ended.
    static func ask(_ datagrams: [[UInt8]]) throws(KernelError) -> (sequences: [UInt32], answer: Answer) {
        var sequences: [UInt32] = []
        let answer = try ScriptedKernel(answers: [datagrams]).ask(request) { message, _ in
            sequences.append(message.sequence)
        }
        return (sequences, answer)
    }

    @Test func aDumpEndsWithDone() throws {
        let result = try Self.ask([Self.entry + Self.entry, Self.entry, Self.done, Self.entry])
        #expect(result.sequences == [1, 1, 1])
        #expect(result.answer.messages == 3)
        #expect(!result.answer.interrupted)
    }

    @Test func nothingBehindDoneIsTaken() throws {
        #expect(try Self.ask([Self.entry + Self.done + Self.entry]).answer.messages == 1)
    }

    @Test func anAcknowledgementIsAnErrorOfZero() throws {
        let acknowledgement = hexadecimal(
            """
            24 00 00 00  02 00  00 01  01 00 00 00  39 30 00 00  # NLMSG_ERROR, NLM_F_CAPPED, sequence 1
            00 00 00 00                                          # no error
            20 00 00 00  01 01  05 00  01 00 00 00  00 00 00 00  # header of the request
            """)
        #expect(try Self.ask([Self.entry, acknowledgement]).answer.messages == 1)
    }

    @Test func messagesOfAnotherSequenceAreNotDelivered() throws {
        let foreign = hexadecimal(
            """
            10 00 00 00  00 01  12 00  02 00 00 00  00 00 00 00  # sequence 2, NLM_F_DUMP_INTR
            14 00 00 00  03 00  02 00  02 00 00 00  00 00 00 00  # NLMSG_DONE of sequence 2
            ff ff ff ff                                          # EPERM
            """)
        let result = try Self.ask([foreign + Self.entry, foreign, Self.done])
        #expect(result.sequences == [1])
        #expect(!result.answer.interrupted)
        #expect(
            result.answer.unusable?.description
                == "4 messages could not be used (the first is number 1 of the answer): message at byte 8: its sequence number is 2, not 1"
        )
    }

    @Test("Any message of the answer may report that the dump was interrupted", arguments: [true, false])
    func interruption(inEntry: Bool) throws {
        let interrupted = hexadecimal("10 00 00 00  00 01  12 00  01 00 00 00  00 00 00 00")
        let interruptedDone = hexadecimal("14 00 00 00  03 00  12 00  01 00 00 00  00 00 00 00  00 00 00 00")
        let result = try Self.ask(inEntry ? [interrupted, Self.done] : [Self.entry, interruptedDone])
        #expect(result.answer.interrupted)
        #expect(result.answer.messages == 1)
    }

    @Test func noopsAreSkipped() throws {
        let noop = hexadecimal("10 00 00 00  01 00  00 00  01 00 00 00  00 00 00 00")
        #expect(try Self.ask([noop + Self.entry, Self.done]).answer.messages == 1)
    }

    @Test func anOverrunIsLoss() throws {
        let overrun = hexadecimal("10 00 00 00  04 00  00 00  01 00 00 00  00 00 00 00")
        let error = #expect(throws: KernelError.self) { try Self.ask([Self.entry, overrun]) }
        #expect(error?.cause == .lost)
    }

    @Test func lossOnTheSocketIsHandedOn() {
        let error = #expect(throws: KernelError.self) {
            try ScriptedKernel().ask(Self.request) { _, _ in }
        }
        #expect(error?.detail == "not in the script")
    }

    @Test func aDoneMayBeShort() throws {
        let short = hexadecimal("10 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00")
        #expect(try Self.ask([Self.entry, short]).answer.messages == 1)
    }

    @Test func bytesThatAreNoMessageAreDamage() throws {
        let error = #expect(throws: KernelError.self) { try Self.ask([Self.entry + [1, 2, 3, 4]]) }
        #expect(error?.cause == .damaged)
        #expect(error?.description == "cannot dump the table: message header at byte 16: only 4 bytes left")
    }

    @Test func whatTheReceiverCannotDecodeIsDamage() {
        let error = #expect(throws: KernelError.self) {
            try ScriptedKernel(answers: [[Self.entry, Self.done]]).ask(Self.request) { _, _ throws(DecodeError) in
                throw DecodeError("entry", "it is strange", at: 3)
            }
        }
        #expect(error?.cause == .damaged)
        #expect(error?.detail == "entry at byte 3: it is strange")
    }
}
