import Foundation
import TestSupport
import Testing

@testable import Netlink

struct ExchangeIndexTests {
    /// The index of a pcap with one request of `length` bytes and many empty answers, the time it took, and the
    /// request.
    private static func index(question length: Int, answers: Int) throws -> (ExchangeIndex, Duration, Request) {
        try inTemporaryFolder { path in
            let message = [UInt8](repeating: 0xAA, count: length)
            var pcap = Pcap.fileHeader
            pcap += Pcap.recordHeader(.toKernel, .netfilter, count: length, microseconds: 0) + message
            let answer = Pcap.recordHeader(.fromKernel, .netfilter, count: 0, microseconds: 0)
            for _ in 0..<answers { pcap += answer }
            try Data(pcap).write(to: URL(fileURLWithPath: "\(path)/netlink.pcap"))
            let reader = try PcapReader(try Capture(path).storage)
            let start = ContinuousClock.now
            let index = try ExchangeIndex(reader)
            return (index, ContinuousClock.now - start, Request(recorded: message, on: .netfilter))
        }
    }

    /// If the request were hashed for each answer, this would be gigabytes.
    @Test(.timeLimit(.minutes(20))) func aLongQuestionCostsItsAnswersNothing() throws {
        let (index, took, request) = try Self.index(question: ExchangeIndex.longestQuestion, answers: 40_000)
        #expect(took < .seconds(15), "\(took)")
        let recorded = try #require(index.answer(to: request, turn: 0))
        #expect(recorded.records.count == 40_000 * 32)
        #expect(recorded.sequence == 0xAAAA_AAAA)
    }

    @Test func aQuestionLongerThanAnyOfOursIsDamage() {
        let error = #expect(throws: KernelError.self) {
            try Self.index(question: ExchangeIndex.longestQuestion + 1, answers: 1)
        }
        #expect(error?.cause == .damaged)
        #expect(error?.nextStep == "it was damaged or modified: copy it again")
    }
}
