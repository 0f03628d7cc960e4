/// Names of tables, chains and sets that are not replaced, as they say who makes rules (`FirewallManager`) and not whose they are.
enum KeptNames {
    /// How many bytes of a name are kept: all, or those that say who made it.
    static func prefix(of name: [UInt8]) -> Int {
        let text = String(decoding: name, as: UTF8.self)
        if whole.contains(text) || isNumbered(text) { return name.count }
        return prefixes.first { text.hasPrefix($0) }?.utf8.count ?? 0
    }

    /// The kernel's own for what has none (`__set%d`, `__chain%llu`): nf_tables_api.c.
    private static func isNumbered(_ text: String) -> Bool {
        let start = ["__set", "__map", "__chain"].first { text.hasPrefix($0) }
        guard let start, text.utf8.count > start.utf8.count else { return false }
        return text.dropFirst(start.count).allSatisfy(\.isWholeNumber)
    }

    /// What follows these is replaced. Of those that begin with another one, the longer ones come first.
    private static let prefixes = [
        "ct-inspect", "ufw6-", "ufw-", "DOCKER-ISOLATION-STAGE-", "DOCKER-", "KUBE-SVC-", "KUBE-SEP-", "KUBE-FW-",
        "KUBE-EXT-", "KUBE-SVL-", "KUBE-XLB-", "KUBE-", "cali-", "in_", "out_",
    ]

    private static let whole: Set<String> = Set(
        tables + hooks + hooks.map { $0.uppercased() } + hooks.map { $0.lowercased() } + ofManagers)

    private static let tables = [
        "filter", "nat", "mangle", "raw", "security", "broute", "firewalld", "firewalld_policy_drop", "kube-proxy",
        "calico", "keepalived", "keepalived_ipvs", "docker-bridges",
    ]

    private static let hooks = [
        "prerouting", "input", "forward", "output", "postrouting", "ingress", "egress", "PREROUTING", "BROUTING",
        "ERROR",
    ]

    private static let ofManagers = [
        "ACCEPT", "DROP", "REJECT", "LOG", "DOCKER", "DOCKER-USER", "DOCKER-INGRESS", "DOCKER-BRIDGE", "DOCKER-CT",
        "DOCKER-FORWARD", "DOCKER-INTERNAL", "DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "KUBE-SERVICES",
        "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ", "KUBE-MARK-DROP", "KUBE-FORWARD", "KUBE-FIREWALL",
        "KUBE-KUBELET-CANARY", "KUBE-PROXY-CANARY", "KUBE-PROXY-FIREWALL", "KUBE-EXTERNAL-SERVICES", "KUBE-NODE-PORT",
        "KUBE-LOAD-BALANCER", "KUBE-SOURCE-RANGES-FIREWALL", "KUBE-IPVS-FILTER", "KUBE-IPVS-OUT-FILTER",
        "shorewall", "LOCALINPUT", "LOCALOUTPUT", "DENYIN", "DENYOUT", "INVALID", "INVDROP", "LOGDROPIN",
        "LOGDROPOUT", "ufw-before-logging-input", "ufw-before-logging-output", "ufw-before-logging-forward",
        "ufw-before-input", "ufw-before-output", "ufw-before-forward", "ufw-after-input", "ufw-after-output",
        "ufw-after-forward", "ufw-after-logging-input", "ufw-after-logging-output", "ufw-after-logging-forward",
        "ufw-reject-input", "ufw-reject-output", "ufw-reject-forward", "ufw-track-input", "ufw-track-output",
        "ufw-track-forward", "ufw-logging-deny", "ufw-logging-allow", "ufw-skip-to-policy-input",
        "ufw-skip-to-policy-output", "ufw-skip-to-policy-forward", "ufw-not-local", "ufw-user-input",
        "ufw-user-output", "ufw-user-forward", "ufw-user-limit", "ufw-user-limit-accept",
        "ufw-user-logging-input", "ufw-user-logging-output", "ufw-user-logging-forward",
    ]
}
