import FoundationEssentials

extension Report {
    /// Machine-readable: the figures of every run, medians and ratios. Keys are in snake_case and sorted, so that two
    /// reports can be compared.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
