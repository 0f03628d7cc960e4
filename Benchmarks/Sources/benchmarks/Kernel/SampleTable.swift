import CBench

/// Fills the conntrack table of this namespace.
enum SampleTable {
    static let markedEntries = 10
    private static let batchSize = 32 << 10

    /// Loads ctnetlink, and conntrack with it, if they are modules: the sysctls do not exist before.
    static func load() throws {
        try inFreshNamespace {
            let socket = try ConntrackSocket()
            var batch = MessageBatch(capacity: batchSize)
            SampleEntry.plain(0).create(in: &batch)
            try socket.send(&batch)
        }
    }

    /// Fills the table with this many entries for as long as `body` runs, and then empties it: the kernel would
    /// otherwise clean up a full namespace later, at the cost of whatever is being measured then.
    static func filled<Value>(with entries: Int, _ body: () throws -> Value) throws -> Value {
        defer {
            do { try flush() } catch { say("benchmarks: the table could not be emptied: \(error)") }
        }
        try add(0..<entries)
        return try body()
    }

    private static func flush() throws {
        let socket = try ConntrackSocket()
        var batch = MessageBatch(capacity: batchSize)
        batch.message(IPCTNL_MSG_CT_DELETE) { _ in }
        try socket.send(&batch)
    }

    /// Adds the entries with these numbers; the last few go to the marker address.
    /// - Throws: if they are not all in the table afterwards.
    static func add(_ numbers: Range<Int>, marked: Int = markedEntries) throws {
        try HostLimits.ensureRoom(for: numbers.upperBound)
        let socket = try ConntrackSocket()
        var batch = MessageBatch(capacity: batchSize)
        let firstMarked = numbers.upperBound - marked
        for number in numbers {
            let entry = number < firstMarked ? SampleEntry.inTable(number) : .marked(number)
            entry.create(in: &batch)
            guard !batch.hasRoom else { continue }
            try socket.send(&batch)
            try Signals.check()
        }
        try socket.send(&batch)
        let count = try Sysctl.count.read()
        guard count == numbers.upperBound else {
            throw Failure(.unavailable, "the table holds \(count) entries, not \(numbers.upperBound)")
        }
    }
}
