/// A point in time of the wall clock.
public struct Moment: Hashable, Sendable {
    /// Since 1970, UTC.
    public var nanoseconds: UInt64

    /// Whole seconds since 1970, UTC.
    public var seconds: UInt64 { nanoseconds / 1_000_000_000 }

    /// So many nanoseconds since 1970, UTC.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
}
