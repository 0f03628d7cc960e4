/// Messages that came with an answer and could not be used: what they said is missing from it.
package struct UnusableMessages: Equatable, Sendable {
    /// How many.
    package private(set) var count = 1
    /// The first one's place in its answer, from 1.
    private let place: Int
    /// What is wrong with it, and where: the offset is in the message.
    private let first: DecodeError

    init(_ error: DecodeError, place: Int) {
        first = error
        self.place = place
    }

    /// Adds those that came after these.
    mutating func add(_ others: UnusableMessages) { count += others.count }
}

extension UnusableMessages: CustomStringConvertible {
    /// `1 message could not be used (number 3 of the answer): entry at byte 16: it has no original tuple`
    package var description: String {
        let (messages, which) = count == 1 ? ("1 message", "number") : ("\(count) messages", "the first is number")
        return "\(messages) could not be used (\(which) \(place) of the answer): \(first)"
    }
}

extension KernelError {
    /// An answer that is worth nothing, or cannot be shown, without these messages.
    package init(_ asked: String, unusable: UnusableMessages) {
        self.init(asked, .damaged, detail: unusable.description, nextStep: Self.reportUnusable)
    }

    /// What to do about messages that could not be used: asking again gives the same, unless another program sent them.
    package static let reportUnusable = "report it with a capture: ct-inspect capture"
}
