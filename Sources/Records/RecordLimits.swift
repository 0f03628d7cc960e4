/// How large records may become before the oldest of them go.
package struct RecordLimits: Sendable, Equatable {
    /// A segment ends before it has more bytes, uncompressed; only a single line can be longer. More than `mostSegmentBytes` means that.
    package var segmentBytes: Int
    /// A segment ends when its first line is this old.
    package var segmentAge: Duration
    /// How many ended segments are kept; nil: any number.
    package var segments: Int?
    /// How many bytes all segments have on the disk, the running one included; nil: any number. While one is compressed it is there twice. The
    /// running one is never removed, even if it alone has more.
    package var totalBytes: Int?

    /// What readers unpack of a segment at most, so that a few bytes cannot keep them busy for days.
    package static let mostSegmentBytes = 8 << 30

    package init(segmentBytes: Int, segmentAge: Duration, segments: Int?, totalBytes: Int?) {
        (self.segmentBytes, self.segmentAge) = (segmentBytes, segmentAge)
        (self.segments, self.totalBytes) = (segments, totalBytes)
    }
}
