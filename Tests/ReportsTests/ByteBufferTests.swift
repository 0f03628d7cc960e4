import Addresses
import TestSupport
import Testing

@testable import Reports

struct ByteBufferTests {
    private func text(pieceSize: Int = 64, _ fill: (inout ByteBuffer) -> Void) -> String {
        written { sink in
            var buffer = ByteBuffer(pieceSize: pieceSize, sink)
            fill(&buffer)
            buffer.flush()
        }
    }

    @Test("Numbers are written as String writes them, at any length", arguments: [1, 64])
    func numbers(pieceSize: Int) {
        var number: UInt64 = 1
        for _ in 0..<20 {
            for value in [number &- 1, number, number &+ 1] {
                #expect(text(pieceSize: pieceSize) { $0.append(decimal: value) } == String(value))
            }
            number &*= 10
        }
        for value in [Int64.min, -1, 0, Int64.max] {
            #expect(text { $0.append(decimal: value) } == String(value))
        }
        #expect(text { $0.append(decimal: UInt64.max) } == "18446744073709551615")
        #expect(text { $0.append(decimal: UInt8.max) } == "255")
        #expect(text { $0.append(decimal: Int8.min) } == "-128")
    }

    @Test(
        "Hexadecimal digits, zero-padded",
        arguments: [(0, 1, "0"), (0x1F, 4, "001f"), (0xABCDE, 2, "abcde"), (0, 0, "")])
    func hexadecimal(_ number: UInt32, _ width: Int, _ expected: String) {
        #expect(text { $0.append(hexadecimal: number, width: width) } == expected)
    }

    @Test(
        "Addresses are written as inet_ntop(3) writes them",
        arguments: [
            "0.0.0.0", "255.255.255.255", "10.0.0.1", "192.168.100.7", "::", "::1", "2001:db8::1", "fe80::1:0:0:1",
            "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8",
        ])
    func addresses(_ address: String) throws {
        let parsed = try #require(IPAddress(address))
        #expect(text(pieceSize: 1) { $0.append(parsed) } == address)
    }

    @Test func addressesOfAllShapesAreWrittenAsTheLibraryWritesThem() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        // Groups of one to four digits, most of them zero, so that there are gaps of every length at every position.
        let groups: [UInt64] = [0, 0, 0, 1, 0xF, 0x10, 0xFF, 0x100, 0xFFF, 0x1000, 0xFFFF]
        func half() -> UInt64 {
            (0..<4).reduce(0) { number, _ in number << 16 | (groups.randomElement(using: &generator) ?? 0) }
        }
        for _ in 0..<20_000 {
            let address = IPAddress(ipv6High: Bool.random(using: &generator) ? 0 : half(), low: half())
            #expect(text(pieceSize: 1) { $0.append(address) } == address.description, "seed \(seed)")
        }
    }

    @Test("Pieces are passed on whole and in order, including a value longer than a piece")
    func pieces() {
        let long = String(repeating: "x", count: 200)
        let whole = text(pieceSize: 8) { buffer in
            buffer.append("abc")
            buffer.append(text: long)
            buffer.append(byte: UInt8(ascii: "d"))
            for _ in 0..<20 { buffer.append(byte: UInt8(ascii: "e")) }
        }
        #expect(whole == "abc" + long + "d" + String(repeating: "e", count: 20))
    }
}
