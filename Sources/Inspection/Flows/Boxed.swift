/// A value kept outside of its holder, which stays small where most have none: an entry has half a kilobyte, and a
/// million flows without one are held.
struct Boxed<Value: Equatable & Sendable>: Equatable, Sendable {
    private var storage: [Value]

    init(_ value: Value?) { storage = value.map { [$0] } ?? [] }

    var value: Value? { storage.first }
}
