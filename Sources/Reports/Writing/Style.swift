import Inspection

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

extension ByteBuffer {
    /// What `fill` writes, in a colour when the style has any.
    ///
    /// - Returns: how many bytes `fill` wrote, as long as the buffer had room for them without handing over what was there.
    @inline(__always)
    mutating func append(_ style: Style, _ colour: Style.Colour?, _ fill: (inout ByteBuffer) -> Void) -> Int {
        let colour = style == .coloured ? colour : nil
        if let colour {
            append("\u{1B}[")
            append(text: colour.rawValue)
            append("m")
        }
        let start = count
        fill(&self)
        let size = count - start
        if colour != nil { append("\u{1B}[0m") }
        return size
    }
}

extension Snapshot {
    /// What is missing from it, a line each.
    package func lossText(_ style: Style) -> [String] { losses.map { $0.text(style) } }
}

extension Loss {
    /// A line, red where there are colours.
    package func text(_ style: Style) -> String {
        style.paint("Not complete: ", .red) + "\(what): \(why).".printable
    }
}
