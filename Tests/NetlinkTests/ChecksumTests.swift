import TestSupport
import Testing

@testable import Netlink

struct ChecksumTests {
    /// Check values of CRC-32/ISO-HDLC (from reveng's catalogue), and of empty input.
    @Test(arguments: [("123456789", 0xCBF4_3926), ("", 0), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
    func knownSums(text: String, expected: UInt32) {
        var sum = CRC32()
        for byte in text.utf8 { sum.take([byte].span.bytes) }
        #expect(sum.value == expected)
        var whole = CRC32()
        whole.take(Array(text.utf8).span.bytes)
        #expect(whole == sum)
    }

    @Test func readsWhatItWrites() throws {
        var sum = CRC32()
        sum.take(Array("123456789".utf8).span.bytes)
        var checksums = Checksums()
        checksums.set("proc/net/b  c", sum)
        checksums.set("a", CRC32())
        #expect(checksums.text == "00000000  a\ncbf43926  proc/net/b  c\n")
        #expect(Checksums(checksums.text) == checksums)
    }

    @Test(arguments: [
        "", "00000000  a", "00000000 a\n", "0000000x  a\n", "0000000  a\n", "\n", "00000000  a\n\n", "CBF43926  a\n",
        "+0000000  a\n",
        "00000000  b\n00000000  a\n", "00000000  a\n00000000  a\n",
    ])
    func refusesOtherLines(text: String) {
        #expect(Checksums(text) == nil)
    }
}
