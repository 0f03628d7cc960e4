/// What a filter takes of one field: any of the values wanted (every value, when none is named), and none of those unwanted.
package struct Choice<Value: Equatable & Sendable>: Equatable, Sendable {
    /// One of these; every value when there are none.
    package var wanted: [Value]
    /// None of these.
    package var unwanted: [Value]

    /// Both lists as they are; `Choice()` takes every value.
    package init(_ wanted: [Value] = [], not unwanted: [Value] = []) {
        self.wanted = wanted
        self.unwanted = unwanted
    }

    /// Whether every value is taken.
    package var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty }

    /// The one value that is wanted; nil when there are none or several.
    var single: Value? {
        guard let first = wanted.first, wanted.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// - Parameter isIt: whether the field of an entry is this value. An entry without the field is no value.
    @inline(__always)
    func accepts(_ isIt: (Value) -> Bool) -> Bool {
        if !wanted.isEmpty, !wanted.contains(where: isIt) { return false }
        return unwanted.isEmpty || !unwanted.contains(where: isIt)
    }
}
