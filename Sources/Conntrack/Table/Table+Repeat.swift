import Netlink

extension Table {
    /// How often a dump is tried that does not come whole.
    package static let attempts = 3

    /// Why one is not whole then.
    package static let keptChanging = changed + ", \(attempts) times"

    private static let changed =
        "it changed while it was read (NLM_F_DUMP_INTR, or its hash table was resized), or answers were lost (ENOBUFS)"

    /// What is said of a list that did not come whole.
    package static func notWhole(
        _ what: String, attempts: Int = attempts, nextStep: String = "try again"
    ) -> KernelError {
        KernelError(
            "dump \(what) as a whole", .lost, detail: attempts == 1 ? changed : keptChanging, nextStep: nextStep)
    }

    /// Dumps until the answer comes whole, at most `attempts` times.
    ///
    /// - Parameters:
    ///   - begin: called before each attempt: what came before is to be forgotten.
    ///   - each: gets each entry of the attempt.
    /// - Returns: whether the last attempt was whole.
    package func dumpRepeatedly(
        _ kind: Kind = .conntrack, matching filter: EntryFilter = EntryFilter(), attempts: Int = attempts,
        begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Bool {
        try Self.repeating(attempts) { () throws(KernelError) in
            begin()
            return try dump(kind, matching: filter, each)
        }
    }

    /// The same for any dump.
    package static func repeating(
        _ attempts: Int = attempts, _ dump: () throws(KernelError) -> Answer
    ) throws(KernelError) -> Bool {
        for _ in 0..<attempts {
            do throws(KernelError) {
                if try !dump().interrupted { return true }
            } catch {
                if error.cause != .lost { throw error }
            }
        }
        return false
    }
}
