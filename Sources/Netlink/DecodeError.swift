/// Bytes that do not hold what their format promises.
public struct DecodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read: `attribute`, `message header`, `line 12 of proc/net/ip_vs_conn`.
    public var what: String
    /// What is wrong with it.
    public var why: String
    /// Where, in bytes from the beginning of what was being decoded.
    public var offset: Int

    /// What was read, what is wrong with it, and where.
    public init(_ what: String, _ why: String, at offset: Int) {
        self.what = what
        self.why = why
        self.offset = offset
    }

    /// One line: what, where, why.
    public var description: String { "\(what) at byte \(offset): \(why)" }
}
