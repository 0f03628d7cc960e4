import Netlink

extension Director {
    /// Streams connections and templates: from the kernel's own table if the source has it, else from `/proc/net/ip_vs_conn`.
    ///
    /// Before a 2025 kernel fix, reading /proc was quadratic in the number of connections (140,000 rows took a minute), so it is bounded.
    ///
    /// - Parameters:
    ///   - bound: how long reading may take; nil for what the source allows: as long as it takes, but for /proc.
    ///   - restart: what was delivered does not count; all of it comes again.
    ///   - receive: gets some at a time, as many as arrive together.
    /// - Returns: whether all of them were read.
    package static func connections(
        from source: any KernelSource, within bound: Duration? = nil, restart: () -> Void = {},
        _ receive: ([Connection]) -> Void
    ) throws(KernelError) -> Completeness {
        var why: KernelError?
        switch source.connectionAccess {
        case .proc: break
        case .unavailable(let error, let isRequired):
            if isRequired { throw error }
            why = error
        case .table(let table, let isRequired):
            do throws(KernelError) {
                try records(from: table, within: bound, receive)
                return .whole
            } catch {
                if error.cause == .stopped { return .cut(error.detail ?? "reading them was interrupted") }
                if isRequired { throw error.orReadProc }
                restart()
                why = error
            }
        }
        let completeness = try rows(
            from: source, within: min(bound ?? source.connectionBound, source.connectionBound), restart: restart,
            receive)
        guard case .cut(let reason) = completeness, let why, !source.isStopped else { return completeness }
        return .cut("\(reason); BPF would be faster, but ct-inspect \(why)")
    }

    private static func records(
        from table: any ConnectionTable, within bound: Duration?, _ receive: ([Connection]) -> Void
    ) throws(KernelError) {
        var failure: DecodeError?
        var connections: [Connection] = []
        try table.read(within: bound) { batch in
            guard failure == nil else { return }
            connections.removeAll(keepingCapacity: true)
            do throws(DecodeError) { try Connection.decode(batch, into: &connections) } catch { failure = error }
            receive(connections)
        }
        if let failure { throw KernelError("read the connections of IPVS", damaged: failure) }
    }

    /// Reads them from /proc, again if the kernel resized its table meanwhile.
    private static func rows(
        from source: any KernelSource, within bound: Duration, restart: () -> Void, _ receive: ([Connection]) -> Void
    ) throws(KernelError) -> Completeness {
        let deadline = ContinuousClock.now + bound
        var before = ConnectionTableStatus.read(from: source)
        var attempt = 1
        while true {
            var count = 0
            let completeness = try listing(from: source, within: max(deadline - .now, .zero)) { connections in
                count += connections.count
                receive(connections)
            }
            guard completeness == .whole, before != .keepsItsSize else { return completeness }
            let after = ConnectionTableStatus.read(from: source)
            guard let doubt = before.doubt(ofRows: count, then: after) else { return .whole }
            if attempt == attempts || .now >= deadline || source.isStopped { return .cut(doubt) }
            restart()
            attempt += 1
            before = after
        }
    }

    private static let attempts = 3

    /// Reads from `/proc/net/ip_vs_conn_sync` which connections were learned from another director (`isSynchronized`), where the kernel's
    /// own table, whose flags say it, is not read.
    ///
    /// - Parameter bound: as long as the source allows if nil.
    package static func origins(
        from source: any KernelSource, within bound: Duration? = nil, _ receive: ([Connection]) -> Void
    ) throws(KernelError) -> Completeness {
        let bound = min(bound ?? source.connectionBound, source.connectionBound)
        return try listing(from: source, hasOrigins: true, within: bound, receive)
    }

    private static func listing(
        from source: any KernelSource, hasOrigins: Bool = false, within bound: Duration,
        _ receive: ([Connection]) -> Void
    ) throws(KernelError) -> Completeness {
        var parser = ConnectionParser(hasOrigins: hasOrigins)
        var failure: DecodeError?
        var connections: [Connection] = []
        let completeness = try source.read(hasOrigins ? originsFile : connectionsFile, within: bound) { piece in
            guard failure == nil else { return }
            connections.removeAll(keepingCapacity: true)
            do throws(DecodeError) { try parser.take(piece, into: &connections) } catch { failure = error }
            receive(connections)
        }
        do throws(DecodeError) {
            if let failure { throw failure }
            try parser.end(completeness)
        } catch {
            throw KernelError("read the connections of IPVS", damaged: error)
        }
        return completeness
    }
}
