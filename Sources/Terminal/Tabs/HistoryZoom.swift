/// How much time a column of the history shows.
struct HistoryZoom: Equatable, Sendable {
    private(set) var position = 0

    /// In seconds.
    private static let steps = [1, 2, 5, 10, 30, 60, 300, 600]

    /// Seconds of a column.
    var step: Int { Self.steps[min(max(position, 0), Self.steps.count - 1)] }

    func canZoom(in isCloser: Bool) -> Bool { Self.steps.indices.contains(position + (isCloser ? -1 : 1)) }

    /// - Returns: whether there is another one.
    mutating func zoom(in isCloser: Bool) -> Bool {
        guard canZoom(in: isCloser) else { return false }
        position += isCloser ? -1 : 1
        return true
    }
}
