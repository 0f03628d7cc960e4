import Netlink

extension LegacyTable {
    /// Reads all tables of iptables-legacy and ip6tables-legacy that exist in the network namespace; no module is loaded.
    ///
    /// Needs root in the user namespace that owns the network namespace, for the list of tables, and CAP_NET_ADMIN.
    ///
    /// - Returns: the tables, and what could not be read.
    package static func all(in kernel: any KernelSource) -> (tables: [LegacyTable], failures: [KernelError]) {
        let names = LegacyTables.read(from: kernel)
        var tables: [LegacyTable] = []
        var failures: [KernelError] = []
        for (family, presence) in [(TableFamily.ip, names.ipv4), (.ip6, names.ipv6)] {
            switch presence {
            case .none: break
            case .unknown(let error): failures.append(error)
            case .tables(let names):
                for name in names {
                    do throws(KernelError) {
                        if let table = try read(name, family, from: kernel) { tables.append(table) }
                    } catch { failures.append(error) }
                }
            }
        }
        return (tables, failures)
    }

    /// Reads one table; see `all` for what it needs. Blocks for milliseconds.
    ///
    /// - Returns: nil for a name that no table has.
    static func read(
        _ name: String, _ family: TableFamily, from kernel: any KernelSource
    ) throws(KernelError) -> LegacyTable? {
        guard let file = LegacyTableFile.file(name, isIPv6: family == .ip6) else { return nil }
        let bytes = try kernel.bytes(of: file, atMost: LegacyTableFile.most + LegacyTableFile.infoSize)
        do throws(DecodeError) { return try LegacyTable(bytes, family) } catch {
            throw KernelError("read table \(name) of iptables-legacy", damaged: error)
        }
    }
}
