/// Something read from a director for its checks. That it is not there, and that it could not be read, are different answers.
package enum Fact<Value: Equatable & Sendable>: Equatable, Sendable {
    case known(Value)
    /// Read, but perhaps not all of it: why, in words. What it shows is true; what it does not show proves nothing.
    case incomplete(Value, String)
    /// The kernel has no such thing: why, in words.
    case absent(String)
    /// It may be there, but could not be read: why, in words.
    case unreadable(String)

    /// As far as it was read.
    package var value: Value? {
        switch self {
        case .known(let value), .incomplete(let value, _): value
        case .absent, .unreadable: nil
        }
    }

    /// Why it is not known, or not all of it.
    package var trouble: String? { lack?.why }

    /// What keeps a check from relying on it.
    var lack: Lack? {
        switch self {
        case .known: nil
        case .incomplete(_, let why): Lack(why, isAbsence: false)
        case .absent(let why): Lack(why, isAbsence: true)
        case .unreadable(let why): Lack(why, isAbsence: false)
        }
    }
}

/// Why a check could not be made, or could not be relied on.
package struct Lack: Equatable, Sendable {
    /// In words, without a full stop.
    package var why: String
    /// There is nothing to check here, as opposed to something that could not be read.
    package var isAbsence: Bool

    package init(_ why: String, isAbsence: Bool) {
        self.why = why
        self.isAbsence = isAbsence
    }
}
