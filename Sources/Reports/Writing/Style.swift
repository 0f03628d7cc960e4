import Inspection

/// Whether text may have colors. Colors never carry information that the words do not.
package enum Style: Sendable {
    case plain, coloured

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case magenta = "35"
        case cyan = "36"
        case bold = "1"
    }

    func paint(_ text: String, _ colour: Colour?) -> String {
        guard self == .coloured, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}

extension ByteBuffer {
    /// What `fill` writes, in a color if the style has any.
    ///
    /// - Returns: how many bytes `fill` wrote, provided the buffer had space for them without flushing.
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
    /// What is missing, a line each.
    package func lossText(_ style: Style) -> [String] { losses.map { $0.text(style) } }
}

extension Loss {
    /// One line, red if there are colors.
    package func text(_ style: Style) -> String {
        style.paint("Not complete: ", .red) + "\(what): \(why).".printable
    }
}
