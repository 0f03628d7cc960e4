import Archives
import Foundation
import SystemPackage
import TestSupport
import Testing

struct PackerTests {
    private final class Sink { var bytes: [UInt8] = [] }

    private static func packed(_ compression: Compression, _ pieces: [[UInt8]]) throws -> [UInt8] {
        let sink = Sink()
        let packer = try Packer(compression) { piece in piece.withUnsafeBytes { sink.bytes += $0 } }
        for piece in pieces { try packer.write(piece.span.bytes) }
        try packer.finish()
        return sink.bytes
    }

    @Test(
        "zstd(1) and gzip(1) unpack what was packed, and find nothing behind it", .needsTool("zstd"),
        arguments: [(Compression.zstd, "zstd -qt packed; zstd -qdc packed"), (.gzip, "gzip -t packed; zcat packed")])
    func tools(_ compression: Compression, _ unpack: String) throws {
        var random = SeededGenerator(seed: 7)
        for count in [0, 1, 2, 40] {
            let pieces = (0..<count).map { _ in random.bytes(.random(in: 0...20_000, using: &random)) }
            let bytes = try Self.packed(compression, pieces)
            #expect(bytes.withUnsafeBytes { Compression(firstBytes: $0) } == compression)
            try inTemporaryFolder { folder in
                try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/packed"))
                try Tool.shell("(\(unpack)) >unpacked 2>errors; [ ! -s errors ]", in: folder)
                let unpacked = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/unpacked"))
                #expect(Array(unpacked) == pieces.flatMap { $0 })
            }
        }
    }

    @Test("The sink's error is that of the call in which it was thrown", arguments: Compression.allCases)
    func sinkFails(_ compression: Compression) throws {
        let packer = try Packer(compression) { (_) throws(ArchiveError) in throw .unwritable(.noSpace) }
        var random = SeededGenerator(seed: 8)
        let bytes = random.bytes(1 << 20)
        #expect(throws: ArchiveError.unwritable(.noSpace)) {
            for _ in 0..<4 { try packer.write(bytes.span.bytes) }
            try packer.finish()
        }
    }
}
