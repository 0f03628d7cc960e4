import Addresses
import Foundation
import Netlink
import Records
import TestSupport

/// Records in a directory, for tests.
enum Recording {
    static let start = Moment(nanoseconds: 1_795_945_641_000_000_000)

    static func moment(_ seconds: Int) -> Moment {
        Moment(nanoseconds: start.nanoseconds + UInt64(seconds) * 1_000_000_000)
    }

    static func limits(
        bytes: Int = 1 << 20, age: Duration = .seconds(3600), segments: Int? = nil, total: Int? = nil
    ) -> RecordLimits {
        RecordLimits(segmentBytes: bytes, segmentAge: age, segments: segments, totalBytes: total)
    }

    static func header(_ segment: Int) -> [UInt8] { Array("{\"segment\":\(segment)}\n".utf8) }

    static func writer(
        _ path: String, _ limits: RecordLimits = limits(), compresses: Bool = true
    ) throws(KernelError) -> RecordWriter {
        try RecordWriter(in: path, limits, compresses: compresses, header: header)
    }

    /// Its lines, without headers, and what could not be read.
    static func read(_ path: String) throws -> (lines: [String], problems: [RecordProblem]) {
        try lines(RecordReader(path))
    }

    static func lines(_ reader: consuming RecordReader) throws -> (lines: [String], problems: [RecordProblem]) {
        var lines: [String] = []
        let problems = reader.forEachLine { line in
            let text = line.text(0..<line.byteCount)
            if !text.hasPrefix("{\"segment\":") { lines.append(text) }
            return true
        }
        return (lines, problems)
    }

    /// Names of the segments' files, in order.
    static func segments(_ path: String) throws -> [String] { try files(below: path).filter { $0.contains(".jsonl") } }

    static func manifest(_ path: String) throws -> Manifest {
        try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: URL(fileURLWithPath: "\(path)/manifest.json")))
    }

    /// As whoever reads only the documentation would declare it.
    struct Manifest: Decodable {
        struct Segment: Decodable {
            var name, from, to, crc32: String
            var lines, bytes, bytes_on_disk: Int
        }

        var schema: String
        var next_segment: Int
        var segments: [Segment]
    }
}

extension RecordWriter {
    mutating func append(_ text: String, at seconds: Int = 0) throws(KernelError) {
        try append(Array(text.utf8).span.bytes, at: Recording.moment(seconds))
    }
}

/// Whether an error says so.
func says(_ text: String) -> (any Error) -> Bool {
    { ($0 as? KernelError)?.description.contains(text) ?? false }
}
