/// What the screen is about.
package enum Tab: String, CaseIterable, Sendable {
    case services, flows, table, events, health

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// With IPVS what it serves comes first, without it the conntrack table.
    static func order(hasIPVS: Bool) -> [Tab] {
        hasIPVS ? allCases : [.table, .events, .health, .services, .flows]
    }
}
