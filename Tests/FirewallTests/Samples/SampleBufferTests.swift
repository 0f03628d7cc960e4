import Addresses
import Conntrack
import Testing

@testable import Firewall

@Suite("Which samples are kept, and which are missing")
struct SampleBufferTests {
    @Test func keepsTheFirstOfEachKind() {
        var shelf = SampleBuffer<String>(most: 2)
        let kinds: [(String, TCPFlags, CTState)] = [
            ("web", .fin, .invalid), ("web", [.fin, .ack], .invalid), ("web", .fin, .invalid), ("web", .syn, .new),
            ("web", .fin, .new), ("dns", .fin, .invalid), ("web", .fin, .invalid),
        ]
        for (time, (subject, flags, state)) in kinds.enumerated() {
            shelf.add(sample(flags, state, UInt64(time)), of: subject)
        }
        #expect(shelf["web"].map(\.moment.nanoseconds) == [0, 1, 3, 4])
        #expect(shelf["dns"].map(\.moment.nanoseconds) == [5])
        #expect(shelf["none"].isEmpty)
        #expect(shelf.refused == 2)
    }

    @Test func tellsThemByTime() {
        var shelf = SampleBuffer<Int>(most: 9)
        for (flags, time) in [(TCPFlags.syn, 5), (.fin, 3), (.rst, 5), (.ack, 4)] as [(TCPFlags, UInt64)] {
            shelf.add(sample(flags, .new, time), of: 1)
        }
        #expect(shelf[1].map(\.headers.tcpFlags) == [.fin, .ack, .syn, .rst])
    }

    @Test func ofNoneNothingIsKept() {
        var shelf = SampleBuffer<Int>(most: 0)
        shelf.add(sample(.syn, .new, 1), of: 1)
        #expect(shelf[1].isEmpty && shelf.refused == 1)
    }

    @Test func gapsAreCounted() {
        var loss = SampleLoss()
        for number: UInt32 in [0, 1, 4, 5] { loss.take(number) }
        #expect(loss.counted == 2 && !loss.mayBeMore && !loss.isNone)
        #expect(loss.description == "2 samples")
    }

    @Test func theFirstMayBeMissingToo() {
        var loss = SampleLoss()
        loss.take(1)
        #expect(loss.description == "1 sample")
    }

    @Test func anOverrunIsOpenUntilTheNextSampleTells() {
        var loss = SampleLoss()
        #expect(loss.isNone)
        loss.takeOverrun()
        #expect(loss.description == "an unknown number of samples")
        loss.take(3)
        #expect(loss.description == "3 samples")
        loss.takeOverrun()
        #expect(loss.description == "3 samples and perhaps more")
    }

    @Test func numbersWrapAndDoNotRunBackwards() {
        var loss = SampleLoss()
        loss.take(0)
        loss.take(0)
        #expect(loss.isNone)
        var wrapping = SampleLoss()
        wrapping.take(.max >> 1)
        let before = wrapping.counted
        wrapping.take(.max - 1)
        wrapping.take(1)
        #expect(wrapping.counted == before + Int(UInt32.max / 2) - 1 + 2)
    }

    private func sample(_ flags: TCPFlags, _ state: CTState, _ time: UInt64) -> Sample {
        let address = IPAddress(ipv4: 1)
        var headers = PacketHeaders(from: address, to: address, protocol: .tcp, length: 40)
        headers.tcpFlags = flags
        return Sample(headers, state, at: .preRouting, Moment(nanoseconds: time))
    }
}
