import Netlink

extension Director {
    /// Streams the connections and templates from `/proc/net/ip_vs_conn`, a row at a time.
    ///
    /// Reading was quadratic in the number of connections before a kernel fix of 2025 (140,000 rows took a minute), so it has a bound.
    ///
    /// - Returns: whether all rows were read.
    package static func connections(
        from source: any KernelSource, within bound: Duration = .seconds(60), _ each: @escaping (Connection) -> Void
    ) throws(KernelError) -> Completeness {
        var parser = ConnectionParser(each)
        var failure: DecodeError?
        let completeness = try source.read(connectionsFile, within: bound) { piece in
            guard failure == nil else { return }
            do throws(DecodeError) { try parser.take(piece) } catch { failure = error }
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
