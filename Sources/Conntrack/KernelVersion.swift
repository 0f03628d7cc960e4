/// The first two numbers of a kernel's release.
package struct KernelVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first number: 6 of `6.1.0`.
    package let major: Int
    /// The second number: 1 of `6.1.0`.
    package let minor: Int

    /// A version of its two numbers.
    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// From what uname(2) says: `6.1.0-56-amd64`. Nil when it does not begin with two numbers.
    package init?(release: String) {
        let numbers = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1].prefix { $0.isNumber })
        else { return nil }
        self.init(major, minor)
    }

    /// As it is written: `6.1`.
    package var description: String { "\(major).\(minor)" }

    /// By the first number, then by the second.
    package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
