import Addresses
import ArgumentParser
import Collection
import Netlink
import Records
import Reports

/// Where a record goes, and how much of it is kept.
struct RecordOutlet: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A directory for the record, made if it is missing, or - for standard output.", valueName: "DIR|-"),
        completion: .directory)
    var to: String

    @Option(help: ArgumentHelp("Begin another segment before one gets larger than this.", valueName: "SIZE"))
    var segmentSize = ByteCount(bytes: 64 << 20)

    @Option(help: ArgumentHelp("Begin another segment when one gets older than this.", valueName: "DURATION"))
    var segmentAge: TimeSpan = .seconds(3600)

    @Option(help: ArgumentHelp("Remove the oldest segments, so that at most N ended ones remain.", valueName: "N"))
    var keepSegments: Int?

    @Option(
        help: ArgumentHelp(
            "Remove the oldest segments, so that all take at most this much of the disk.", valueName: "SIZE"))
    var keepBytes: ByteCount?

    @Flag(help: "Do not compress segments that have ended.")
    var noCompression = false

    /// Standard output, as commands that read have it.
    static let standardStream = "-"

    var isStream: Bool { to == Self.standardStream }

    func validate() throws {
        if to.isEmpty { throw ValidationError("--to needs a directory, or - for standard output") }
        if let keepSegments, keepSegments < 1 { throw ValidationError("--keep-segments must be at least 1") }
        if segmentSize.bytes < 1 << 16 { throw ValidationError("--segment-size must be at least 64K") }
        if segmentAge.duration < .seconds(1) { throw ValidationError("--segment-age must be at least 1s") }
        if let keepBytes, keepBytes.bytes < segmentSize.bytes {
            throw ValidationError(
                "--keep-bytes must be at least --segment-size (\(segmentSize.defaultValueDescription))")
        }
    }

    private var limits: RecordLimits {
        RecordLimits(
            segmentBytes: segmentSize.bytes, segmentAge: segmentAge.duration, segments: keepSegments,
            totalBytes: keepBytes?.bytes)
    }

    func open(_ heading: RecordHeading) throws(KernelError) -> RecordSink {
        if isStream { return RecordSink(heading) }
        return try RecordSink(heading) { header throws(KernelError) in
            try RecordWriter(in: to, limits, compresses: !noCompression, header: header)
        }
    }
}
