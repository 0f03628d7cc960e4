import Addresses
import Firewall

/// Something about how an observation was made that readers of its counts need to know.
package enum ObservationNotice: Equatable, Sendable {
    /// Conntrack became active for a family by our own rules.
    case startedTracking(IPAddress.Family)
    /// A family was not observed, as conntrack is not active for it.
    case leftOut(IPAddress.Family)
    /// Whether conntrack was active for a family before is not known: why, in words.
    case unknownTracking(IPAddress.Family, String)
    /// Tables of iptables-legacy, whose rules cannot be traced, by the name of their program.
    case legacyTables(String, [String])
    /// Whether a program has such tables could not be read: why, in words.
    case unknownLegacyTables(String, String)
}

extension LegacyTables {
    /// What they mean for the rules that are blamed; none when there are no such tables.
    package var notices: [ObservationNotice] {
        [Self.notice("iptables-legacy", ipv4), Self.notice("ip6tables-legacy", ipv6)].compactMap(\.self)
    }

    private static func notice(_ program: String, _ presence: Presence) -> ObservationNotice? {
        switch presence {
        case .none: nil
        case .tables(let names): .legacyTables(program, names)
        case .unknown(let error): .unknownLegacyTables(program, "\(error)")
        }
    }
}
