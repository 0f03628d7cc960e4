import Firewall

extension LegacyTables {
    /// What they mean for the blame, a line each; none when there are no such tables.
    package var notices: [String] {
        [Self.notice("iptables-legacy", ipv4), Self.notice("ip6tables-legacy", ipv6)].compactMap(\.self)
    }

    private static func notice(_ program: String, _ presence: Presence) -> String? {
        switch presence {
        case .none: nil
        case .tables(let names):
            "\(program) has tables here (\(names.joined(separator: ", ").printable)), and their rules cannot be traced: "
                + "of what is counted before the filter and not after it, no more than the traced drops is certainly nf_tables'."
        case .unknown(let error):
            "Whether \(program) has rules here, which cannot be traced, is not known: \("\(error)".printable)."
        }
    }
}
