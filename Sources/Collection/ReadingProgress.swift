/// Receives the progress of a long reading; by default it is ignored.
package struct ReadingProgress {
    private let hear: (_ text: () -> String, _ count: Int) -> Void
    /// To be called when the reading is over, or has failed.
    package let end: () -> Void

    package init(
        _ hear: @escaping (_ text: () -> String, _ count: Int) -> Void = { _, _ in }, end: @escaping () -> Void = {}
    ) {
        self.hear = hear
        self.end = end
    }

    /// Called for every entry, or what arrived together, so the text is built only when it is shown.
    package func show(_ text: @autoclosure () -> String, at count: Int) { hear(text, count) }
}
