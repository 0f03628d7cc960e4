import Netlink

extension Table {
    /// How often a dump is tried that does not come whole.
    public static let attempts = 3

    /// Why one is not whole then.
    public static let keptChanging =
        "it changed while it was read (NLM_F_DUMP_INTR, or its hash table was resized), or answers were lost (ENOBUFS), \(attempts) times"

    /// Dumps until the answer comes whole, at most `attempts` times.
    ///
    /// - Parameters:
    ///   - begin: called before each attempt: what came before is to be forgotten.
    ///   - each: gets each entry of the attempt.
    /// - Returns: whether the last attempt was whole.
    public func dumpRepeatedly(
        _ kind: Kind = .conntrack, matching filter: EntryFilter = EntryFilter(), attempts: Int = attempts,
        begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Bool {
        for _ in 0..<attempts {
            begin()
            do throws(KernelError) {
                if try !dump(kind, matching: filter, each).interrupted { return true }
            } catch {
                if error.cause != .lost { throw error }
            }
        }
        return false
    }
}
