/// Host-wide conntrack limits that would prevent a full table.
enum HostLimits {
    /// Raises them so that one namespace can hold this many entries, and restores them, whatever `body` does.
    ///
    /// Needs root in the host's own network namespace, as they can only be written there.
    static func raised<Value>(for entries: Int, _ body: () throws -> Value) throws -> Value {
        // Some headroom, so that there are no early drops.
        let maximum = Change(.maximum, to: entries + entries / 8, from: try Sysctl.maximum.read())
        // As many buckets as the kernel would have chosen if loaded with a limit of this many entries.
        let buckets = Change(.buckets, to: roundedUp(entries), from: try Sysctl.buckets.read())
        defer {
            buckets.restore()
            maximum.restore()
        }
        try maximum.make()
        try buckets.make()
        return try body()
    }

    /// On kernels that count per namespace, the namespace has a limit of its own as well.
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
