import Inspection

extension Snapshot {
    /// What is missing from it, a line each.
    public func lossText(_ style: Style) -> [String] { losses.map { $0.text(style) } }
}

extension Loss {
    public func text(_ style: Style) -> String {
        style.paint("Not complete: ", .red) + "\(what): \(why).".printable
    }
}
