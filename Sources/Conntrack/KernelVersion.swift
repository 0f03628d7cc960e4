/// The first two numbers of a kernel release.
package struct KernelVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The first number: 6 of `6.1.0`.
    package let major: Int
    /// The second number: 1 of `6.1.0`.
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// From uname(2): `6.1.0-56-amd64`. Nil if it does not begin with two numbers.
    package init?(release: String) {
        let numbers = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1].prefix { $0.isNumber })
        else { return nil }
        self.init(major, minor)
    }

    package var description: String { "\(major).\(minor)" }

    package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
