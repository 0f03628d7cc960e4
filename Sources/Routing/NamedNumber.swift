/// A number of the kernel's that may have a name. An open set: one without a name is shown as its number.
package protocol NamedNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
    /// As in ip(8).
    static var names: [RawValue: String] { get }
}

extension NamedNumber {
    /// The name, or the number without one.
    package var description: String { Self.names[rawValue] ?? String(rawValue) }
}

/// Bits of the kernel's that may have names. An open set.
package protocol NamedBits: OptionSet, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
    /// By bit, lowest first.
    static var names: [String] { get }
}

extension NamedBits {
    /// Of the bits that are set, lowest first; one without a name is its number: `BIT_20`.
    package var names: [String] {
        (0..<RawValue.bitWidth).filter { rawValue & (1 << RawValue($0)) != 0 }.map {
            Self.names.indices.contains($0) ? Self.names[$0] : "BIT_\($0)"
        }
    }

    /// The names, separated by commas.
    package var description: String { names.joined(separator: ",") }
}
