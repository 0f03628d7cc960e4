/// Limits of conntrack that hold for the whole host, and bar a full table.
enum HostLimits {
    /// Raises them so that one namespace can hold so many entries, and puts them back, whatever `body` does.
    ///
    /// Needs root in the host's own network namespace: only there they can be written.
    static func raised<Value>(for entries: Int, _ body: () throws -> Value) throws -> Value {
        // Room to spare, as nothing must be dropped early.
        let maximum = Change(.maximum, to: entries + entries / 8, from: try Sysctl.maximum.read())
        // As many buckets as the kernel would have chosen had it been started with room for these entries.
        let buckets = Change(.buckets, to: roundedUp(entries), from: try Sysctl.buckets.read())
        defer {
            buckets.restore()
            maximum.restore()
        }
        try maximum.make()
        try buckets.make()
        return try body()
    }

    /// On kernels that count for each namespace, the namespace has a limit of its own as well.
    static func ensureRoom(for entries: Int) throws {
        if try Sysctl.maximum.read() < entries { try? Sysctl.maximum.write(entries + entries / 8) }
        let maximum = try Sysctl.maximum.read()
        guard maximum >= entries else {
            throw Failure(.unavailable, "\(Sysctl.maximum.name) is \(maximum): there is no room for \(entries) entries")
        }
    }

    private static func roundedUp(_ number: Int) -> Int {
        var power = 1
        while power < number { power *= 2 }
        return power
    }

    private struct Change {
        let sysctl: Sysctl
        let wanted: Int
        let original: Int

        init(_ sysctl: Sysctl, to wanted: Int, from original: Int) {
            self.sysctl = sysctl
            self.wanted = wanted
            self.original = original
        }

        private var isNeeded: Bool { original < wanted }

        func make() throws {
            guard isNeeded else { return }
            say("benchmarks: \(sysctl.name) is \(original), host-wide; \(wanted) until the end")
            try sysctl.write(wanted)
        }

        func restore() {
            guard isNeeded else { return }
            do {
                try sysctl.write(original)
                say("benchmarks: \(sysctl.name) is \(try sysctl.read()) again")
            } catch {
                say("benchmarks: \(sysctl.name) could not be restored to \(original): \(error)")
            }
        }
    }
}
