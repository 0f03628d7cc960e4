import Inspection

extension Snapshot {
    /// What is missing from it, a line each.
    public func lossText(_ style: Style) -> [String] { losses.map { $0.text(style) } }
}

extension Loss {
    /// A line, red where there are colours.
    public func text(_ style: Style) -> String {
        style.paint("Not complete: ", .red) + "\(what): \(why).".printable
    }
}
