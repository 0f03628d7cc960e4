/// How labels are read. Their names are the host's, in a file, so that who reads files brings them.
package struct FilterLabels: Sendable {
    /// The values that there are, in words that end a sentence.
    let takes: String
    /// The bit (0 to 127) that a text means; nil when it is none.
    let bit: @Sendable (String) -> UInt8?

    /// Labels by whatever `bit` knows; `takes` tells a user what that is, at the end of a sentence.
    package init(takes: String, bit: @escaping @Sendable (String) -> UInt8?) {
        self.takes = takes
        self.bit = bit
    }

    /// For who knows no names.
    package static let numbers = FilterLabels(takes: "a number up to 127") { text in
        FilterText.number(text, as: UInt8.self).flatMap { $0 < 128 ? $0 : nil }
    }
}
