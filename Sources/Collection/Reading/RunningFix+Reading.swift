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
            return found.map { RunningFix($0.what, .unknown("a capture does not have the files of the packet filter")) }
        }
        if source.origin.networkNamespace != nil || NetworkNamespace.isNamed {
            let why = "files load rules in the host's own network namespace, and this is another one"
            return found.map { RunningFix($0.what, .unknown(why)) }
        }
        let files = FilterFiles(of: source)
        return found.map { RunningFix($0.what, files.saving(of: $0.name)) }
    }
}

/// The files that load rules when a packet filter or the host starts. They are read where they are, and are in no capture.
private struct FilterFiles {
    private var texts: [(path: String, text: String)] = []
    /// One that is there, but could not be read, or that names others: why.
    private var doubt: String?

    private static let files = [
        "etc/nftables.conf", "etc/sysconfig/nftables.conf", "etc/sysconfig/iptables", "etc/sysconfig/ip6tables",
        "etc/lvs-notrack.nft", "etc/rc.local", "etc/network/interfaces",
    ]
    private static let folders = [
        "etc/ufw", "etc/iptables", "etc/nftables", "etc/nftables.d", "etc/firewalld", "etc/systemd/system",
        "etc/network/if-up.d", "etc/network/if-pre-up.d", "etc/network/interfaces.d", "etc/keepalived",
        "etc/shorewall", "etc/shorewall6", "etc/firehol", "etc/csf", "etc/cron.d",
    ]

    init(of source: any KernelSource) {
        for path in Self.files { read(path, source) }
        for folder in Self.folders {
            for name in (try? source.list(KernelFile(folder)))?.sorted() ?? [] { read("\(folder)/\(name)", source) }
        }
    }

    private mutating func read(_ path: String, _ source: any KernelSource) {
        do throws(KernelError) {
            let text = try source.text(of: KernelFile(path))
            texts.append(("/\(path)", text))
            let includes = text.split(separator: "\n").contains { line in
                line.drop(while: \.isWhitespace).hasPrefix("include ")
            }
            if includes, !path.hasPrefix("etc/keepalived") {
                doubt = doubt ?? "/\(path) includes other files, which are not read"
            }
        } catch {
            // A folder is none of them.
            if [.forbidden, .damaged].contains(error.cause) { doubt = doubt ?? error.description }
        }
    }

    func saving(of name: String) -> RunningFix.Saving {
        if let file = texts.first(where: { $0.text.contains(name) }) { return .inFile(file.path) }
        if let doubt { return .unknown(doubt) }
        let loading = texts.map(\.path).filter { Self.isOfRules($0) }
        return loading.isEmpty ? .unknown("no file is known that loads rules here") : .nowhere(loading)
    }

    /// Whether a file is there for rules only.
    private static func isOfRules(_ path: String) -> Bool {
        ["/etc/nftables", "/etc/sysconfig/", "/etc/ufw/", "/etc/iptables/", "/etc/firewalld/direct.xml"].contains {
            path.hasPrefix($0)
        }
    }
}
