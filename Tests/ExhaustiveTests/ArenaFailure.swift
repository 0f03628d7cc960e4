/// The kernel could not be asked, or not read without doubt.
struct ArenaFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
