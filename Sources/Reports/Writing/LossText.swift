import Inspection

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
