import Netlink

/// Tables of iptables-legacy again in the network namespace of the calling thread, entry by entry. One that the kernel there does not accept
/// (a missing module, another revision of a match, a set of ipset that was not copied) is left out as a whole, and named.
///
/// Rules that act beyond their network namespace are not copied.
package struct LegacyCopy: Sendable {
    /// What was copied.
    package private(set) var tables: [LegacyTable] = []
    /// What was not copied, and why.
    package private(set) var missing: [(table: LegacyTable, why: KernelError)] = []

    /// The tables that kernels have; another name would only make ours look for a module.
    private static let names: Set<String> = ["filter", "nat", "mangle", "raw", "security"]

    /// Blocks until they are made. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    ///
    /// - Parameters:
    ///   - all: those that let everything pass are not made.
    ///   - sets: what their rules use, in the same namespace.
    package init(of all: [LegacyTable], sets: IPSetCopy = IPSetCopy()) {
        for table in all where !table.passesAll {
            do throws(KernelError) {
                try Self.make(table, sets)
                tables.append(table)
            } catch { missing.append((table, error)) }
        }
    }

    private static func make(_ table: LegacyTable, _ sets: IPSetCopy) throws(KernelError) {
        let modules = table.modules
        func fail(_ why: String) -> KernelError { KernelError("copy it", .failed, detail: why) }
        guard names.contains(table.name) else { throw fail("no kernel has a table of this name") }
        if let target = modules.first(where: { $0.isTarget && XTTarget.beyondNamespaces.contains($0.name) }) {
            throw fail("its target \(target.name) acts beyond a network namespace")
        }
        let bytes = table.head + (try entries(of: table, sets))
        let isIPv6 = table.family == .ip6
        do throws(KernelError) {
            try LegacyTableFile.replace(table.name, isIPv6: isIPv6, with: bytes)
        } catch {
            if error.detail != nil { throw error }
            for module in modules {
                let isKnown = try LegacyTableFile.knows(
                    module.name, revision: module.revision, isTarget: module.isTarget, isIPv6: isIPv6)
                if !isKnown {
                    throw fail("the kernel lacks \(module.kind) \(module.name), revision \(module.revision)")
                }
            }
            throw error
        }
    }

    /// With the indexes of the copied sets.
    private static func entries(of table: LegacyTable, _ sets: IPSetCopy) throws(KernelError) -> [UInt8] {
        let places: [Int]
        do throws(DecodeError) { places = try table.setReferences } catch {
            throw KernelError("copy it", damaged: error)
        }
        return try sets.renumbered(table.entries, at: places)
    }

    /// The tables as they are now, with their counters. Blocks for milliseconds.
    package func counted(in kernel: any KernelSource) throws(KernelError) -> [LegacyTable] {
        var counted: [LegacyTable] = []
        for table in tables {
            if let now = try LegacyTable.read(table.name, table.family, from: kernel) { counted.append(now) }
        }
        return counted
    }

    /// The text of a rule of a copied table; nil for any other.
    package func text(of rule: DroppingRule) -> RuleText? { tables.lazy.compactMap { $0.text(of: rule) }.first }
}

extension LegacyTable {
    fileprivate struct Module: Hashable {
        var name: String
        var revision: UInt8
        var isTarget: Bool

        var kind: String { isTarget ? "target" : "match" }
    }

    /// The matches and targets that its rules need, in their order.
    fileprivate var modules: [Module] {
        var found: [Module] = []
        var known: Set<Module> = []
        for entry in places {
            let target = target(of: entry)
            let isOwn = !target.name.isEmpty && target.chain == nil
            let used =
                matches(of: entry).map { Module(name: $0.name, revision: $0.revision, isTarget: false) }
                + (isOwn ? [Module(name: target.name, revision: target.revision, isTarget: true)] : [])
            for module in used where known.insert(module).inserted { found.append(module) }
        }
        return found
    }
}
