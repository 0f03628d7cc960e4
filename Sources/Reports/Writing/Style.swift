/// Whether text may carry colours. Colour never says anything that the words do not.
package enum Style: Sendable {
    case plain, coloured

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case magenta = "35"
        case bold = "1"
    }

    func paint(_ text: String, _ colour: Colour?) -> String {
        guard self == .coloured, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}
