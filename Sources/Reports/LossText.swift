import Inspection

extension Snapshot {
    /// What is missing from it, a line each.
    public func lossText(_ style: Style) -> [String] {
        losses.map { style.paint("Not complete: ", .red) + "\($0.what): \($0.why).".printable }
    }
}
