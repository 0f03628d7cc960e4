import Addresses

/// Which rows of a list are wanted, in the language of all lists: tests with `and`, `or`, `not` and parentheses.
///
/// A value: `init(_:for:)` reads it, `accepts` applies it. What is not known of a row is neither fulfilled nor, negated, the contrary of it.
package indirect enum FilterExpression: Equatable, Sendable {
    case test(FilterTest)
    case not(FilterExpression)
    /// All of them.
    case all([FilterExpression])
    /// At least one of them.
    case any([FilterExpression])

    /// Whether a row is known to be wanted.
    package func accepts(_ row: some FilterRow) -> Bool { judge(row) == true }

    /// Nil if that depends on something that is not known.
    private func judge(_ row: some FilterRow) -> Bool? {
        switch self {
        case .test(let test): return test.judge(row)
        case .not(let other): return other.judge(row).map { !$0 }
        case .all(let parts): return Self.judge(parts, row, decisive: false)
        case .any(let parts): return Self.judge(parts, row, decisive: true)
        }
    }

    /// One part with the decisive answer decides.
    private static func judge(_ parts: [FilterExpression], _ row: some FilterRow, decisive: Bool) -> Bool? {
        var isKnown = true
        for part in parts {
            guard let answer = part.judge(row) else {
                isKnown = false
                continue
            }
            if answer == decisive { return decisive }
        }
        return isKnown ? !decisive : nil
    }
}

/// A row of a list, as a filter sees it.
package protocol FilterRow {
    /// What the row has for a word.
    func fact(_ key: FilterKey) -> FilterFact

    /// Whether it belongs to a service.
    func isOf(_ service: FilterService) -> Bool

    /// Whether that is known.
    var isServiceKnown: Bool { get }

    /// Whether a word without a value is true of it; nil if that is not known.
    func has(_ trait: FilterTrait) -> Bool?

    /// Writes what a text is looked for in.
    func write(to text: inout RowText)
}

extension FilterRow {
    package func has(_ trait: FilterTrait) -> Bool? { false }

    package var isServiceKnown: Bool { true }
}

/// The words without a value of lists other than entries'.
package enum FilterTrait: String, CaseIterable, Sendable {
    /// The connection has ended, or is ending, and one of the tables has it as ESTABLISHED.
    case stuck
}

/// What a row has for one word of the filter.
package enum FilterFact: Sendable {
    /// It has none: nothing matches.
    case absent
    /// That is not known.
    case unknown
    case number(UInt64)
    /// This number, or a greater one: which is not known.
    case atLeast(UInt64)
    /// A name, and its number where it has one.
    case name(String, UInt64? = nil)
    case endpoint(IPAddress, UInt16?)
    /// As the kernel's array of labels.
    case labels([UInt8])
    /// Any of these counts.
    case several([FilterFact])

    /// `absent` for nil.
    package init(_ number: (some BinaryInteger)?) { self = number.map { .number(UInt64(clamping: $0)) } ?? .absent }

    /// `absent` without an address.
    package init(_ address: IPAddress?, _ port: UInt16?) { self = address.map { .endpoint($0, port) } ?? .absent }
}
