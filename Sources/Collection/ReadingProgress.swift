/// Hears how far a long reading has come; by itself nobody does.
package struct ReadingProgress {
    private let hear: (_ text: () -> String, _ count: Int) -> Void
    /// The reading is over, or has failed.
    package let end: () -> Void

    package init(
        _ hear: @escaping (_ text: () -> String, _ count: Int) -> Void = { _, _ in }, end: @escaping () -> Void = {}
    ) {
        self.hear = hear
        self.end = end
    }

    /// - Parameter count: how far it is. Called for every entry, so the text is made only when it is shown.
    package func show(_ text: @autoclosure () -> String, at count: Int) { hear(text, count) }
}
