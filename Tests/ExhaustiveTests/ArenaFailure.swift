/// The kernel could not be queried, or its answers could not be read reliably.
struct ArenaFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
