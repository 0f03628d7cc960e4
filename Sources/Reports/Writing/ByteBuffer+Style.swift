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
