import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// One word of the flow filter: what a row must or must not be.
struct FlowCondition: Sendable {
    private let isNegated: Bool
    private let test: @Sendable (FlowRow, Place, FlowBoard) -> Bool

    func accepts(_ row: FlowRow, _ board: FlowBoard) -> Bool {
        test(row, board.places[Int(row.place)], board) != isNegated
    }

    /// The words for filtering flows.
    static let words = [
        "protocol", "src", "client", "dst", "virtual", "sport", "dport", "service", "server", "method", "state",
        "conntrack", "ctstate", "verdict",
    ]

    /// A text contained in one of a row's cells.
    init(text: String, isNegated: Bool) {
        self.isNegated = isNegated
        let wanted = text.lowercased()
        test = { row, place, board in
            let words = [
                place.protocol.description, row.client.description, place.virtual.description,
                place.destination?.description ?? "", place.method?.description ?? "", board.state(of: row) ?? "",
                board.entryState(of: row) ?? "", row.ctstates.text, row.verdict.rawValue,
            ]
            return words.contains { $0.lowercased().contains(wanted) }
        }
    }

    /// - Parameter values: comma-separated; any of them matches.
    /// - Throws: if a value is invalid, or there is no such word.
    init(_ word: String, _ values: String, isNegated: Bool) throws(FilterError) {
        self.isNegated = isNegated
        switch word {
        case "protocol", "proto":
            let wanted = try FilterText.values(word, values, takes: "a protocol such as tcp, or its number") {
                IPProtocol($0)
            }
            test = { _, place, _ in wanted.contains(place.protocol) }
        case "src", "client":
            let wanted = try Self.ends(word, values)
            test = { row, _, _ in wanted.contains { $0.matches(row.client) } }
        case "dst", "virtual", "vip":
            let wanted = try Self.ends(word, values)
            test = { _, place, _ in wanted.contains { $0.matches(place.virtual) } }
        case "server", "destination":
            let wanted = try Self.ends(word, values)
            test = { _, place, _ in place.destination.map { server in wanted.contains { $0.matches(server) } } ?? false
            }
        case "sport", "dport":
            let wanted = try FilterText.values(word, values, takes: FilterText.takesPorts, FilterText.ports)
            let isSource = word == "sport"
            test = { row, place, _ in
                wanted.contains { $0.contains(isSource ? row.client.port : place.virtual.port) }
            }
        default: test = try Self.furtherTest(word, values)
        }
    }

    private static func ends(_ word: String, _ values: String) throws(FilterError) -> [ClientSelector] {
        try FilterText.values(word, values, takes: ClientSelector.takes, ClientSelector.init)
    }

    private static func furtherTest(
        _ word: String, _ values: String
    ) throws(FilterError) -> @Sendable (FlowRow, Place, FlowBoard) -> Bool {
        switch word {
        case "service":
            let wanted = try FilterText.values(word, values, takes: ServiceSelector.takes, ServiceSelector.init)
            return { _, place, _ in
                wanted.contains { selector in
                    selector.matches(.address(place.protocol, place.virtual))
                        || place.service.map(selector.matches) ?? false
                }
            }
        case "verdict":
            let takes = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
            let wanted = try FilterText.values(word, values, takes: takes) { Verdict(rawValue: $0.lowercased()) }
            return { row, _, _ in wanted.contains(row.verdict) }
        case "ctstate":
            let takes = CTState.named.map(\.name).joined(separator: ", ")
            let wanted = try FilterText.values(word, values, takes: takes) { text in
                CTState.named.first { $0.name == text.uppercased() }
            }
            return { row, _, _ in wanted.contains { row.ctstates.contains($0) } }
        case "method":
            let wanted = try FilterText.values(word, values, takes: "a method") { $0.lowercased() }
            return { _, place, _ in place.method.map { wanted.contains($0.description) } ?? false }
        case "state", "ipvs":
            let wanted = try FilterText.values(word, values, takes: "an IPVS state") { $0.uppercased() }
            return { row, _, board in board.state(of: row).map(wanted.contains) ?? false }
        case "conntrack":
            let wanted = try FilterText.values(word, values, takes: "a conntrack state") { $0.uppercased() }
            return { row, _, board in board.entryState(of: row).map { wanted.contains($0.uppercased()) } ?? false }
        default:
            throw FilterError(word, .unknown(takes: words.joined(separator: ", ")))
        }
    }
}
