/// A point in time of the wall clock.
package struct Moment: Hashable, Sendable {
    /// Since 1970, UTC.
    package var nanoseconds: UInt64

    /// Whole seconds since 1970, UTC.
    package var seconds: UInt64 { nanoseconds / 1_000_000_000 }

    /// So many nanoseconds since 1970, UTC.
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
}
