import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// One word of the flow filter: what a row must or must not be.
struct FlowCondition: Sendable {
    private let isNegated: Bool
    /// Whether it is about what the first reading does not know before its end: no row fulfils it until then, negated or not.
    private var isAboutEntry = false
    private let test: @Sendable (FlowRow, Route, FlowStore) -> Bool

    func accepts(_ row: FlowRow, _ store: FlowStore) -> Bool {
        if isAboutEntry, row.isPending { return false }
        return test(row, store.routes[Int(row.route)], store) != isNegated
    }

    /// The words for filtering flows.
    static let words = [
        "protocol", "src", "client", "dst", "virtual", "sport", "dport", "service", "server", "method", "state",
        "conntrack", "ctstate", "verdict", "packets", "fwmark", "flag",
    ]

    /// A text contained in one of a row's cells.
    init(text: String, isNegated: Bool) {
        self.isNegated = isNegated
        let wanted = text.lowercased()
        test = { row, route, store in
            let words = [
                route.protocol.description, row.client.description, route.virtual.description,
                route.destination?.description ?? "", route.method?.description ?? "", store.state(of: row) ?? "",
                store.entryState(of: row) ?? "", row.ctstates.text, row.isPending ? "" : row.verdict.rawValue,
            ]
            return words.contains { $0.lowercased().contains(wanted) }
        }
    }

    /// - Parameter values: comma-separated; any of them matches.
    /// - Throws: if a value is invalid, or there is no such word.
    init(_ word: String, _ values: String, isNegated: Bool) throws(FilterError) {
        self.isNegated = isNegated
        isAboutEntry = word == "verdict" || word == "conntrack"
        switch word {
        case "protocol", "proto":
            let wanted = try FilterText.values(word, values, takes: "a protocol such as tcp, or its number") {
                IPProtocol($0)
            }
            test = { _, route, _ in wanted.contains(route.protocol) }
        case "src", "client":
            let wanted = try Self.ends(word, values)
            test = { row, _, _ in wanted.contains { $0.matches(row.client) } }
        case "dst", "virtual", "vip":
            let wanted = try Self.ends(word, values)
            test = { _, route, _ in wanted.contains { $0.matches(route.virtual) } }
        case "server", "destination":
            let wanted = try Self.ends(word, values)
            test = { _, route, _ in route.destination.map { server in wanted.contains { $0.matches(server) } } ?? false
            }
        case "sport", "dport":
            let wanted = try FilterText.values(word, values, takes: FilterText.takesPorts, FilterText.ports)
            let isSource = word == "sport"
            test = { row, route, _ in
                wanted.contains { $0.contains(isSource ? row.client.port : route.virtual.port) }
            }
        default: test = try Self.furtherTest(word, values)
        }
    }

    private static func ends(_ word: String, _ values: String) throws(FilterError) -> [ClientSelector] {
        try FilterText.values(word, values, takes: ClientSelector.takes, ClientSelector.init)
    }

    private static func furtherTest(
        _ word: String, _ values: String
    ) throws(FilterError) -> @Sendable (FlowRow, Route, FlowStore) -> Bool {
        switch word {
        case "service":
            let wanted = try FilterText.values(word, values, takes: ServiceSelector.takes, ServiceSelector.init)
            return { _, route, _ in
                wanted.contains { selector in
                    selector.matches(.address(route.protocol, route.virtual))
                        || route.service.map(selector.matches) ?? false
                }
            }
        case "verdict":
            let takes = FlowVerdict.allCases.map(\.rawValue).joined(separator: ", ")
            let wanted = try FilterText.values(word, values, takes: takes) { FlowVerdict(rawValue: $0.lowercased()) }
            return { row, _, _ in wanted.contains(row.verdict) }
        case "ctstate":
            let takes = CTState.named.map(\.name).joined(separator: ", ")
            let wanted = try FilterText.values(word, values, takes: takes) { text in
                CTState.named.first { $0.name == text.uppercased() }
            }
            return { row, _, _ in wanted.contains { row.ctstates.contains($0) } }
        case "method":
            let wanted = try FilterText.values(word, values, takes: "a method") { $0.lowercased() }
            return { _, route, _ in route.method.map { wanted.contains($0.description) } ?? false }
        case "state", "ipvs":
            let wanted = try FilterText.values(word, values, takes: "an IPVS state") { $0.uppercased() }
            return { row, _, store in store.state(of: row).map(wanted.contains) ?? false }
        case "conntrack":
            let wanted = try FilterText.values(word, values, takes: "a conntrack state") { $0.uppercased() }
            return { row, _, store in store.entryState(of: row).map { wanted.contains($0.uppercased()) } ?? false }
        case "packets", "fwmark", "flag": return try detailsTest(word, values)
        default:
            throw FilterError(word, .unknown(takes: words.joined(separator: ", ")))
        }
    }

    /// For what only the kernel's own table says; a flow of which it is not known matches nothing.
    private static func detailsTest(
        _ word: String, _ values: String
    ) throws(FilterError) -> @Sendable (FlowRow, Route, FlowStore) -> Bool {
        if word == "flag" {
            let named = ConnectionDetails.Flags.named
            let takes = named.map(\.name).joined(separator: ", ")
            let wanted = try FilterText.values(word, values, takes: takes) { text in
                named.first { $0.name == text.lowercased() }?.flag
            }
            return { row, _, _ in row.flags.map { flags in wanted.contains { flags.contains($0) } } ?? false }
        }
        let isMark = word == "fwmark"
        let wanted = try FilterText.values(word, values, takes: "NUMBER or FIRST-LAST") {
            FilterText.range($0) as ClosedRange<UInt32>?
        }
        return { row, _, _ in
            (isMark ? row.firewallMark : row.packets).map { number in wanted.contains { $0.contains(number) } } ?? false
        }
    }
}
