import Addresses
import Firewall
import Inspection
import Netlink

/// The files that load rules when a packet filter or the host starts. They are read where they are, and are in no capture.
struct FilterFiles {
    private var texts: [(path: String, text: String)] = []
    /// One that is there, but could not be read, or that names others: why.
    private var doubt: String?
    /// What could not be read, and may load rules.
    private var unread: String?
    /// The units that systemd starts; nil without systemd.
    private var units: Set<String>?

    private static let files = [
        "etc/nftables.conf", "etc/sysconfig/nftables.conf", "etc/sysconfig/iptables", "etc/sysconfig/ip6tables",
        "etc/lvs-notrack.nft", "etc/rc.local", "etc/network/interfaces",
    ]
    private static let folders = [
        "etc/ufw", "etc/iptables", "etc/nftables", "etc/nftables.d", "etc/firewalld", "etc/systemd/system",
        "etc/network/if-up.d", "etc/network/if-pre-up.d", "etc/network/interfaces.d", "etc/keepalived",
        "etc/shorewall", "etc/shorewall6", "etc/firehol", "etc/csf", "etc/cron.d", "etc/wireguard", "etc/openvpn",
    ]

    init(of source: any KernelSource) {
        for path in Self.files { read(path, source) }
        for folder in Self.folders {
            for name in (try? source.list(KernelFile(folder)))?.sorted() ?? [] { read("\(folder)/\(name)", source) }
        }
        let targets = ["sysinit", "network-pre", "basic", "multi-user"].compactMap { target in
            try? source.list(KernelFile("etc/systemd/system/\(target).target.wants"))
        }
        if !targets.isEmpty { units = Set(targets.joined()) }
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
            guard [.forbidden, .damaged].contains(error.cause) else { return }
            unread = unread ?? error.description
            doubt = doubt ?? error.description
        }
    }

    // MARK: Fixes by name

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

    // MARK: Loading

    /// Those that are loaded again, in the order in which a host does. UFW's if its chains are there; else those of nftables, of
    /// netfilter-persistent and of RHEL's iptables, where systemd starts these, or there is no systemd that could tell.
    func loaded(beside ruleset: Ruleset) -> [RulesetFile] {
        let notrack = file("/etc/lvs-notrack.nft", .nft, startedBy: "lvs-notrack.service")
        if ruleset.hasChain("ufw-before-input") {
            return notrack + ufw(.ipv4) + (ruleset.hasChain("ufw6-before-input") ? ufw(.ipv6) : [])
        }
        return file("/etc/nftables.conf", .nft, startedBy: "nftables.service")
            + file("/etc/sysconfig/nftables.conf", .nft, startedBy: "nftables.service") + notrack
            + file("/etc/iptables/rules.v4", .iptables(.ipv4), startedBy: "netfilter-persistent.service")
            + file("/etc/iptables/rules.v6", .iptables(.ipv6), startedBy: "netfilter-persistent.service")
            + file("/etc/sysconfig/iptables", .iptables(.ipv4), startedBy: "iptables.service")
            + file("/etc/sysconfig/ip6tables", .iptables(.ipv6), startedBy: "ip6tables.service")
    }

    /// What `ufw_start` loads (ufw-init-functions): these, and then rules that lead to those of the user.
    private func ufw(_ family: IPAddress.Family) -> [RulesetFile] {
        let number = family == .ipv6 ? "6" : ""
        let files = ["before", "after", "user"].flatMap { name in
            file("/etc/ufw/\(name)\(number).rules", .iptables(family), keepsOthers: true)
        }
        let jumps = ["input", "output", "forward"].map { "-A ufw\(number)-before-\($0) -j ufw\(number)-user-\($0)\n" }
        return files + [
            RulesetFile(
                "*filter\n\(jumps.joined())COMMIT\n", named: "ufw-init-functions", .iptables(family), keepsOthers: true)
        ]
    }

    private func file(
        _ path: String, _ format: RulesetFile.Format, keepsOthers: Bool = false, startedBy unit: String? = nil
    ) -> [RulesetFile] {
        if let unit, let units, !units.contains(unit) { return [] }
        guard let text = texts.first(where: { $0.path == path })?.text else { return [] }
        return [RulesetFile(text + "\n", named: path, format, keepsOthers: keepsOthers)]
    }

    /// Why other rules may come from elsewhere; nil if nothing says so.
    var otherLoader: String? {
        if let unread { return unread }
        let others = texts.filter { !Self.isOfRules($0.path) || $0.path.hasSuffix(".init") }.filter { path, _ in
            path != "/etc/lvs-notrack.nft" && path != "/etc/systemd/system/lvs-notrack.service"
        }
        return others.first { Self.changesRules($0.text) }.map { "\($0.path) runs a program that changes rules" }
    }

    /// Whether a script, or a unit of systemd's, runs one of those that change rules.
    private static func changesRules(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains { line in
            guard line.first(where: { !$0.isWhitespace }) != "#" else { return false }
            let words = line.split { $0.isWhitespace || ";|&\"'`$()=/".contains($0) }
            return words.contains { word in
                word == "nft"
                    || ["iptables", "ip6tables"].contains { word == $0 || word.hasPrefix("\($0)-") }
            }
        }
    }
}

extension Ruleset {
    fileprivate func hasChain(_ name: String) -> Bool { self[.chain].contains { $0.name == name } }
}
