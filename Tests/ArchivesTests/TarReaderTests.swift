import Archives
import Foundation
import TestSupport
import Testing

/// Archives of tar(1), and those that are none.
@Suite(.needsTool("tar"), .needsTool("gzip"), .needsTool("zstd"))
struct TarReaderTests {
    private static let long = String(repeating: "directory/", count: 20) + String(repeating: "n", count: 120)

    /// An archive of two files and what is around them, one with a long name.
    private static func archive(_ format: String, _ compress: String = "cat") throws -> [UInt8] {
        try inTemporaryFolder { folder in
            try Tool.shell(
                """
                mkdir -p a/$(dirname \(long)) && seq 100000 >a/numbers && echo 1 >a/\(long) && \
                tar --format=\(format) -c a | \(compress) >archive
                """, in: folder)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/archive")))
        }
    }

    @Test(
        "All formats of tar are read, with their long names, and both compressions",
        arguments: ["posix", "gnu"], ["cat", "gzip", "zstd", "zstd -19 --long=27"])
    func formats(_ format: String, _ compress: String) throws {
        let unpacked = try Unpacked(try Self.archive(format, compress))
        let numbers = (1...100_000).map { "\($0)\n" }.joined()
        #expect(unpacked.files == ["a/numbers": Array(numbers.utf8), "a/\(Self.long)": Array("1\n".utf8)])
        #expect(unpacked.others["a/"] == .folder && unpacked.others.values.allSatisfy { $0 == .folder })
    }

    @Test("A sparse file has its holes", arguments: ["posix", "gnu"], ["0.0", "0.1", "1.0"])
    func sparse(_ format: String, _ version: String) throws {
        let bytes = try inTemporaryFolder { folder in
            try Tool.shell(
                """
                truncate -s 10M a && printf x | dd of=a bs=1 seek=5000000 conv=notrunc status=none && \
                tar -S --format=\(format) \(format == "posix" ? "--sparse-version=\(version)" : "") -cf archive a
                """, in: folder)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/archive")))
        }
        #expect(bytes.count < 1 << 20)
        let content = try #require(try Unpacked(bytes).files["a"])
        #expect(content.count == 10 << 20 && content.firstIndex(of: UInt8(ascii: "x")) == 5_000_000)
        #expect(content.count { $0 != 0 } == 1)
    }

    @Test("What is cut anywhere is an error", arguments: ["cat", "gzip", "zstd"])
    func cut(_ compress: String) throws {
        let whole = try Self.archive("posix", compress)
        #expect(try Unpacked.refusal(whole) == nil)
        // Behind the mark of the end, tar(1) pads to a record.
        let last = compress == "cat" ? whole.count - 12_000 : whole.count - 1
        let ends = Array(stride(from: 1, to: last, by: max(1, last / 40))) + [last, last - 511, last - 512]
        for end in ends { #expect(try Unpacked.refusal(Array(whole.prefix(end))) != nil, "\(end)") }
    }

    @Test("Anything behind the end but zeros is an error", arguments: ["cat", "gzip", "zstd"])
    func behind(_ compress: String) throws {
        let whole = try Self.archive("gnu", compress)
        #expect(try Unpacked.refusal(whole + [1]) != nil)
        #expect(try Unpacked.refusal(whole + Array("behind".utf8)) != nil)
        #expect(try Unpacked.refusal(whole + whole) != nil)
        if compress == "cat" { #expect(try Unpacked.refusal(whole + [UInt8](repeating: 0, count: 5 << 20)) == nil) }
        if compress != "zstd" { #expect(try Unpacked.refusal(whole + [UInt8](repeating: 0, count: 70_000)) == nil) }
    }

    @Test("Other formats and filters are not recognized, and nothing is told from what is empty")
    func unknown() throws {
        #expect(try Unpacked.refusal([]) == .empty)
        #expect(try Unpacked.refusal(Array("This is no archive.".utf8)) == .unknown)
        #expect(try Unpacked.refusal([UInt8](repeating: 0x5A, count: 100_000)) == .unknown)
        #expect(try Unpacked.refusal(try Self.archive("gnu", "xz")) == .unknown)
        #expect(
            try Unpacked.refusal(try Self.archive("gnu", "gzip | gzip")) == .damaged("it is compressed more than once"))
        #expect(
            try Unpacked.refusal(
                Array("!<arch>\nfile/           0           0     0     644     1         `\nx\n".utf8)) == .unknown)
    }

    @Test("Unpacked bytes are limited while they are unpacked", arguments: ["cat", "gzip", "zstd"])
    func tooLarge(_ compress: String) throws {
        let bytes = try inTemporaryFolder { folder in
            try Tool.shell("truncate -s 64M a; tar -c a | \(compress) >archive", in: folder)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/archive")))
        }
        #expect(try Unpacked.refusal(bytes, atMost: 64 << 20) == .tooLarge)
        #expect(try Unpacked.refusal(bytes, atMost: 65 << 20) == nil)
        var padded = TarBytes()
        padded.add("a", [1])
        padded.end()
        #expect(
            try Unpacked.refusal(padded.bytes + [UInt8](repeating: 0, count: 1 << 20), atMost: 1 << 20) == .tooLarge)
    }
}
