import Addresses
import Firewall
import Glibc
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
    private var started: Set<String>?

    private static let files = [
        "etc/nftables.conf", "etc/sysconfig/nftables.conf", "etc/sysconfig/iptables", "etc/sysconfig/ip6tables",
        "etc/lvs-notrack.nft", "etc/rc.local", "etc/network/interfaces",
    ]
    private static let folders = [
        "etc/ufw", "etc/iptables", "etc/nftables", "etc/nftables.d", "etc/firewalld", "etc/systemd/system",
        "etc/network/if-up.d", "etc/network/if-pre-up.d", "etc/network/interfaces.d", "etc/keepalived",
        "etc/shorewall", "etc/shorewall6", "etc/firehol", "etc/csf", "etc/cron.d", "etc/wireguard", "etc/openvpn",
        "etc/NetworkManager/dispatcher.d", "etc/networkd-dispatcher/routable.d",
        "etc/networkd-dispatcher/configured.d",
    ]

    /// Without `/`: files that load rules, or may.
    private static func paths(_ source: any KernelSource) -> [String] {
        func names(_ folder: String) -> [String] { ((try? source.list(KernelFile(folder))) ?? []).sorted() }
        let units = "etc/systemd/system"
        let changed = names(units).filter { $0.hasSuffix(".d") }.map { "\(units)/\($0)" }
        let inFolders = (folders + changed).flatMap { folder in names(folder).map { "\(folder)/\($0)" } }
        return files + inFolders
    }

    /// When and how large they are, without reading them: by path.
    static func stamps(_ source: any KernelSource, below root: String = "/") -> [String: [Int]] {
        if source is CapturedKernel { return [:] }
        var stamps: [String: [Int]] = [:]
        for path in paths(source) {
            var status = stat()
            guard stat(root + path, &status) == 0 else { continue }
            stamps[path] = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size)]
        }
        return stamps
    }

    init(of source: any KernelSource) {
        for path in Self.paths(source) { read(path, source) }
        let targets = ["sysinit", "network-pre", "basic", "multi-user"].compactMap { target in
            try? source.list(KernelFile("etc/systemd/system/\(target).target.wants"))
        }
        if !targets.isEmpty { started = Set(targets.joined()) }
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

    /// Files that are loaded together.
    struct Unit {
        /// Systemd's name for it; nil without systemd.
        var name: String?
        var files: [RulesetFile]
    }

    /// Those that are loaded again, in the order in which a host does. UFW's if its chains are there; else those of nftables, of
    /// netfilter-persistent and of RHEL's iptables, where systemd starts these, or there is no systemd that could tell.
    func units(beside ruleset: Ruleset) -> [Unit] {
        let notrack = file("/etc/lvs-notrack.nft", .nft, startedBy: Self.notrackUnit)
        var found: [(name: String, files: [RulesetFile])] = []
        if ruleset.hasChain("ufw-before-input") {
            found = [
                (Self.notrackUnit, notrack),
                ("ufw.service", ufw(.ipv4) + (ruleset.hasChain("ufw6-before-input") ? ufw(.ipv6) : [])),
            ]
        } else {
            let persistent = "netfilter-persistent.service"
            found = [
                ("nftables.service", nftables.isEmpty ? [] : nftables + (followsNFTables ? notrack : [])),
                (Self.notrackUnit, notrack),
                (
                    persistent,
                    file("/etc/iptables/rules.v4", .iptables(.ipv4), startedBy: persistent)
                        + file("/etc/iptables/rules.v6", .iptables(.ipv6), startedBy: persistent)
                ),
                (
                    "iptables.service",
                    file("/etc/sysconfig/iptables", .iptables(.ipv4), startedBy: "iptables.service")
                ),
                (
                    "ip6tables.service",
                    file("/etc/sysconfig/ip6tables", .iptables(.ipv6), startedBy: "ip6tables.service")
                ),
            ]
        }
        return found.filter { !$0.files.isEmpty }.map { Unit(name: started == nil ? nil : $0.name, files: $0.files) }
    }

    private static let notrackUnit = "lvs-notrack.service"

    /// Whether the fix is loaded again whenever nftables.service is.
    private var followsNFTables: Bool {
        let unit = texts.first { $0.path == "/etc/systemd/system/\(Self.notrackUnit)" }?.text ?? ""
        return unit.split(whereSeparator: \.isNewline).contains { line in
            line.hasPrefix("ReloadPropagatedFrom=") && line.contains("nftables.service")
        }
    }

    /// RHEL's unit has a file of its own, and before it loads that, also by a reload, it flushes all tables: `nft 'flush ruleset; include …'`.
    private var nftables: [RulesetFile] {
        let (path, unit) = ("/etc/sysconfig/nftables.conf", "nftables.service")
        guard texts.contains(where: { $0.path == path }) else {
            return file("/etc/nftables.conf", .nft, startedBy: unit)
        }
        return file(path, .nft, startedBy: unit, after: "flush ruleset; ")
    }

    /// What `ufw_start` loads (ufw-init-functions): these, and then rules that lead to those of the user.
    private func ufw(_ family: IPAddress.Family) -> [RulesetFile] {
        let number = family == .ipv6 ? "6" : ""
        let files = ["before", "after", "user"].flatMap { name in
            file("/etc/ufw/\(name)\(number).rules", .iptables(family), keepsOthers: true)
        }
        // UFW may be gone, and its chains still there.
        if files.isEmpty { return [] }
        let jumps = ["input", "output", "forward"].map { "-A ufw\(number)-before-\($0) -j ufw\(number)-user-\($0)\n" }
        return files + [
            RulesetFile(
                "*filter\n\(jumps.joined())COMMIT\n", named: "ufw-init-functions", .iptables(family), keepsOthers: true)
        ]
    }

    private func file(
        _ path: String, _ format: RulesetFile.Format, keepsOthers: Bool = false, startedBy unit: String? = nil,
        after command: String = ""
    ) -> [RulesetFile] {
        if let unit, let started, !started.contains(unit) { return [] }
        guard let text = texts.first(where: { $0.path == path })?.text else { return [] }
        return [RulesetFile(command + text + "\n", named: path, format, keepsOthers: keepsOthers)]
    }

    /// Why other rules may come from elsewhere; nil if nothing says so.
    var otherLoader: String? {
        if let unread { return unread }
        let others = texts.filter { !Self.isOfRules($0.path) || $0.path.hasSuffix(".init") }.filter { path, _ in
            path != "/etc/lvs-notrack.nft" && path != "/etc/systemd/system/\(Self.notrackUnit)"
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
