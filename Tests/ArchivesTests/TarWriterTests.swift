import Archives
import Foundation
import TestSupport
import Testing

struct TarWriterTests {
    private static func archive(_ fill: (TarWriter) throws(ArchiveError) -> Void) throws -> [UInt8] {
        // The sink outlives the call.
        final class Sink { var bytes: [UInt8] = [] }
        let sink = Sink()
        let writer = try TarWriter(modified: 1_700_000_000) { piece in
            piece.withUnsafeBytes { sink.bytes += $0 }
        }
        try fill(writer)
        try writer.finish()
        return sink.bytes
    }

    @Test("tar(1) lists what was written, with modes and times", .needsTool("tar"))
    func listing() throws {
        let long = String(repeating: "n", count: 300)
        let bytes = try Self.archive { writer throws(ArchiveError) in
            try writer.addFolder("lb1/")
            try writer.addFile("lb1/\(long)", size: 3) { write throws(ArchiveError) in
                try write(([1, 2] as [UInt8]).span.bytes)
                try write(([3] as [UInt8]).span.bytes)
            }
            try writer.addFile("lb1/empty", size: 0) { _ in }
        }
        let listed = try inTemporaryFolder { folder in
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/archive"))
            return try Tool.shell("TZ=UTC tar -tvf archive | tr -s ' '", in: folder)
        }
        #expect(
            listed.split(separator: "\n") == [
                "drwx------ 0/0 0 2023-11-14 22:13 lb1/", "-rw------- 0/0 3 2023-11-14 22:13 lb1/\(long)",
                "-rw------- 0/0 0 2023-11-14 22:13 lb1/empty",
            ])
        let unpacked = try Unpacked(bytes)
        #expect(unpacked.files == ["lb1/\(long)": [1, 2, 3], "lb1/empty": []])
    }

    @Test("More bytes than the size are an error, and not written")
    func tooMany() {
        let error = #expect(throws: ArchiveError.self) {
            try Self.archive { writer throws(ArchiveError) in
                try writer.addFile("a", size: 1) { write throws(ArchiveError) in
                    try write(([1, 2] as [UInt8]).span.bytes)
                }
            }
        }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("One that is not finished gets no end")
    func unfinished() throws {
        final class Sink { var count = 0 }
        let sink = Sink()
        do {
            let writer = try TarWriter(modified: 0) { sink.count += $0.byteCount }
            try writer.addFolder("lb1/")
        }
        #expect(sink.count < 1024)
    }
}
