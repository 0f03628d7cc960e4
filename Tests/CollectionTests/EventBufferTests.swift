import Addresses
import Conntrack
import Netlink
import Testing

@testable import Collection

@Suite("Events held back while a dump is read")
struct EventBufferTests {
    @Test("Events are delivered once, in order, with the time at which they arrived")
    func order() {
        var buffer = EventBuffer()
        let sizes = [1, 5000, 1 << 20, 3, 700_000, 700_000]
        for (number, size) in sizes.enumerated() {
            let bytes = [UInt8](repeating: UInt8(number), count: size)
            buffer.add(bytes.span.bytes, receivedAt: .init(nanoseconds: UInt64(number)))
        }
        var seen: [Int] = []
        buffer.empty { datagram, received in
            let number = Int(received.nanoseconds)
            let byte = try? datagram.host(UInt8.self, at: datagram.byteCount - 1)
            #expect(byte.map(Int.init) == number)
            #expect(datagram.byteCount == sizes[number])
            seen.append(number)
        }
        #expect(seen == Array(sizes.indices))
        buffer.empty { _, _ in Issue.record("it was empty") }
    }

    @Test("The limit on held events does not exceed the machine's memory")
    func bound() {
        var buffer = EventBuffer()
        let piece = [UInt8](repeating: 1, count: 1 << 20)
        var count = 0
        while !buffer.isFull, count < 1000 {
            buffer.add(piece.span.bytes, receivedAt: .init(nanoseconds: 0))
            count += 1
        }
        #expect(count == 512)
    }
}
