import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// One word of the filter of the flows: what a row has to be, or must not be.
struct FlowCondition: Sendable {
    private let isNegated: Bool
    private let test: @Sendable (FlowRow, Place, FlowBoard) -> Bool

    func accepts(_ row: FlowRow, _ board: FlowBoard) -> Bool {
        test(row, board.places[Int(row.place)], board) != isNegated
    }

    /// The words that the flows can be filtered by.
    static let words = [
        "protocol", "src", "client", "dst", "virtual", "sport", "dport", "service", "server", "method", "state",
        "conntrack", "ctstate", "verdict",
    ]

    /// A text that one of a row's cells has in it.
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

    /// - Parameter values: any of them will do.
    /// - Throws: which value it is that is not taken, or that there is no such word.
    init(_ word: String, _ values: [String], isNegated: Bool) throws(FilterError) {
        self.isNegated = isNegated
        switch word {
        case "protocol", "proto":
            let wanted = try Self.read(word, values, "a protocol as tcp, or its number") { IPProtocol($0) }
            test = { _, place, _ in wanted.contains(place.protocol) }
        case "src", "client":
            let wanted = try Self.read(word, values, "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT", ClientSelector.init)
            test = { row, _, _ in wanted.contains { $0.matches(row.client) } }
        case "dst", "virtual", "vip":
            let wanted = try Self.read(word, values, "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT", ClientSelector.init)
            test = { _, place, _ in wanted.contains { $0.matches(place.virtual) } }
        case "server", "destination":
            let wanted = try Self.read(word, values, "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT", ClientSelector.init)
            test = { _, place, _ in place.destination.map { server in wanted.contains { $0.matches(server) } } ?? false
            }
        case "sport", "dport":
            let wanted = try Self.read(word, values, "PORT or FIRST-LAST, up to 65535", Self.ports)
            let isSource = word == "sport"
            test = { row, place, _ in
                wanted.contains { $0.contains(isSource ? row.client.port : place.virtual.port) }
            }
        default: test = try Self.furtherTest(word, values)
        }
    }

    private static func furtherTest(
        _ word: String, _ values: [String]
    ) throws(FilterError) -> @Sendable (FlowRow, Place, FlowBoard) -> Bool {
        switch word {
        case "service":
            let wanted = try read(word, values, "[PROTO/]VIP[:PORT] or fwmark:N") { ServiceSelector($0) }
            return { _, place, _ in
                wanted.contains { selector in
                    selector.matches(.address(place.protocol, place.virtual))
                        || place.service.map(selector.matches) ?? false
                }
            }
        case "verdict":
            let wanted = try read(word, values, Verdict.allCases.map(\.rawValue).joined(separator: ", ")) {
                Verdict(rawValue: $0.lowercased())
            }
            return { row, _, _ in wanted.contains(row.verdict) }
        case "ctstate":
            let wanted = try read(word, values, CTState.named.map(\.name).joined(separator: ", ")) { text in
                CTState.named.first { $0.name == text.uppercased() }
            }
            return { row, _, _ in wanted.contains { row.ctstates.contains($0) } }
        case "method":
            let wanted = values.map { $0.lowercased() }
            return { _, place, _ in place.method.map { wanted.contains($0.description) } ?? false }
        case "state", "ipvs":
            let wanted = values.map { $0.uppercased() }
            return { row, _, board in board.state(of: row).map(wanted.contains) ?? false }
        case "conntrack":
            let wanted = values.map { $0.uppercased() }
            return { row, _, board in board.entryState(of: row).map { wanted.contains($0.uppercased()) } ?? false }
        default:
            throw FilterError(word, .unknown(takes: words.joined(separator: ", ")))
        }
    }

    private static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }.map { UInt16($0) }
        guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last
        else { return nil }
        return first...last
    }

    private static func read<Value>(
        _ word: String, _ values: [String], _ takes: String, _ read: (String) -> Value?
    ) throws(FilterError) -> [Value] {
        var found: [Value] = []
        for text in values {
            guard let value = read(text) else { throw FilterError(word, .value(text, takes: takes)) }
            found.append(value)
        }
        return found
    }
}
