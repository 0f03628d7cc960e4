import Addresses
import Inspection
import Netlink
import Records
import Reports
import SystemPackage

extension FuzzTarget {
    /// A recording from a stranger.
    static let records = [FuzzTarget("records", records)]

    /// A segment, compressed or not. The bytes go through a pipe, as they are shorter than what it holds.
    @Sendable private static func records(_ bytes: [UInt8]) {
        do {
            let (reading, writing) = try FileDescriptor.pipe()
            defer { try? reading.close() }
            try writing.writeAll(bytes)
            try writing.close()
            // A few bytes can unpack to a million empty lines.
            let most = 10_000
            var lines: [[UInt8]] = []
            let problems = RecordReader(reading, called: "segment").forEachLine { line in
                lines.append(line.copy(0..<line.byteCount))
                return lines.count < most
            }
            Printed.text(problems.map(\.description))
            let isPlain = bytes.first != 0x1F && bytes.first != 0x28
            if isPlain, lines.count < most {
                let whole = bytes.prefix((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
                Finding.require(
                    lines.flatMap { $0 + [UInt8(ascii: "\n")] } == Array(whole), "lines are not what was written")
                Finding.require(problems.isEmpty == (whole.count == bytes.count), "a cut line is not reported")
            }
            show(lines)
        } catch { Finding.report("a pipe fails: \(error)") }
    }

    /// The director that they tell of, whatever they say.
    private static func show(_ lines: [[UInt8]]) {
        var (director, timeline) = (RecordedDirector(), RecordTimeline())
        for line in lines.compactMap({ RecordLine($0) }) where director.take(line) {
            timeline.note(line.kind, at: director.second)
        }
        director.settle(at: director.time)
        Finding.require(director.flows >= director.director.store.counts.connections, "more flows than it keeps")
        Printed.text(director.director.findings.map(\.statement) + director.director.reading.losses.map(\.why))
        for step in [RecordStep.second(isForward: false), .happening(isForward: false), .minute(isForward: true)] {
            guard let target = timeline.target(of: step, from: director.second), let span = timeline.span else {
                continue
            }
            Finding.require(span.first.seconds <= target && target <= span.last.seconds, "a step leads out of it")
        }
    }
}
