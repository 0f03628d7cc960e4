import Addresses
import Advice
import Firewall
import Inspection
import Netlink

extension RunningFix {
    /// The fixes of ct-inspect advise that are there, with the files that bring them back.
    ///
    /// - Parameter source: nil if there are no files to look into.
    static func all(in ruleset: Ruleset, _ legacy: [LegacyTable], _ source: (any KernelSource)?) -> [RunningFix] {
        let tables = ruleset[.table].filter { FixNames.tables.contains($0.name) }.map { (name: $0.name, what: "\($0)") }
        // A table of our own has chains with other names.
        let chains = ruleset[.chain].filter { FixNames.chains.contains($0.name) }.map { (name: $0.name, what: "\($0)") }
        let legacyChains = legacy.flatMap { table in
            table.chains.filter(FixNames.chains.contains).map {
                (name: $0, what: "chain \(table.family) \(table.name) \($0)")
            }
        }
        let found = tables + chains + legacyChains
        if found.isEmpty { return [] }
        guard let source, !(source is CapturedKernel) else {
            return found.map { RunningFix($0.what, .unknown(captured)) }
        }
        if source.origin.networkNamespace != nil || NetworkNamespace.isNamed {
            return found.map { RunningFix($0.what, .unknown(elsewhere)) }
        }
        let files = FilterFiles(of: source)
        return found.map { RunningFix($0.what, files.saving(of: $0.name)) }
    }

    static let captured = "a capture does not have the files of the packet filter"
    static let elsewhere = "files load rules in the host's own network namespace, and this is another one"
}
