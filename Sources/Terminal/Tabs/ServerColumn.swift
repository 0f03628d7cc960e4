import Addresses
import Conntrack
import IPVS
import Inspection

/// The columns of real servers.
enum ServerColumn: String, CaseIterable {
    case server, service, method, weight, active, inactive
    case connectionRate = "conn-rate"
    case packets, bytes, never, absent, unreplied, tracked, synced, orphans, stuck
    case seenDropped = "drops-seen"
    case neighbour, link

    /// - Parameters:
    ///   - hasSynced: whether there are connections that another director told of.
    ///   - isRecord: in which nothing is said of what IPVS counts for a server, and of the way to it.
    static func columns(isObserving: Bool, hasSynced: Bool, isRecord: Bool) -> [Column<ServerLine, AddressNames>] {
        allCases.filter {
            (isObserving || $0 != .seenDropped) && (hasSynced || $0 != .synced) && !(isRecord && $0.isUnrecorded)
        }.map { column in
            Column(
                name: column.rawValue, title: column.title, alignsRight: !column.isText,
                expendable: column.expendable, beginsDescending: !column.isText
            ) { line, names in column.cell(line, names) }
        }
    }

    private var isUnrecorded: Bool {
        [.active, .inactive, .connectionRate, .packets, .bytes, .neighbour, .link].contains(self)
    }

    private var isText: Bool { [.server, .service, .method, .neighbour, .link].contains(self) }

    private var title: String {
        switch self {
        case .connectionRate: "CONN/S"
        case .packets: "PKT/S"
        case .bytes: "BYTES/S"
        case .seenDropped: "DROPS SEEN"
        default: rawValue.uppercased()
        }
    }

    private var verdict: FlowVerdict? { self == .orphans ? .orphan : FlowVerdict(rawValue: rawValue) }

    private var expendable: Int {
        switch self {
        case .server, .neighbour: 0
        case .service: 1
        case .active: 2
        case .weight: 3
        case .link: 4
        case .absent, .stuck: 5
        case .connectionRate, .seenDropped: 6
        case .packets: 7
        case .never, .inactive: 8
        case .unreplied, .tracked: 9
        case .method, .synced: 10
        case .bytes, .orphans: 11
        }
    }

    private func cell(_ line: ServerLine, _ names: borrowing AddressNames) -> Cell {
        if let verdict {
            return Cell(line.counts[verdict], of: verdict)
        }
        switch self {
        case .server: return Cell(line.title(names), line.isUnreachable ? .bad : .strong)
        case .service: return Cell(line.serviceTitle(names))
        case .method: return Cell(line.methods)
        case .weight: return Cell(line.weight, line.weight == "0" ? .caution : .plain)
        case .active: return Cell("\(line.active)")
        case .inactive: return Cell("\(line.inactive)")
        case .connectionRate, .packets, .bytes:
            return Cell(estimated: estimated(line))
        case .stuck: return Cell(stuck: line.counts.stuck)
        case .seenDropped:
            guard let packets = line.seenDropped else { return Cell("-", .dim) }
            return Cell("\(packets)", packets > 0 ? .bad : .dim)
        case .neighbour:
            let isBad = line.isUnreachable && line.path?.down == nil
            return Cell(line.neighbour, isBad ? .bad : .plain)
        default: return Cell(line.link, line.path?.down == nil ? .plain : .bad)
        }
    }

    private func estimated(_ line: ServerLine) -> UInt64? {
        switch self {
        case .connectionRate: line.rates?.connections
        case .packets: line.rates?.packets
        case .bytes: line.rates?.bytes
        default: nil
        }
    }

    func sortKey(_ line: ServerLine) -> SortKey {
        if let verdict { return SortKey(UInt64(line.counts[verdict])) }
        switch self {
        case .service: return SortKey(text: line.serviceTitle(AddressNames()))
        case .method: return SortKey(text: line.methods)
        case .weight: return SortKey(UInt64(line.destinations.map(\.weight).max() ?? 0))
        case .active: return SortKey(line.active)
        case .inactive: return SortKey(line.inactive)
        case .connectionRate, .packets, .bytes: return SortKey(estimated(line) ?? 0)
        case .stuck: return SortKey(UInt64(line.counts.stuck))
        case .seenDropped: return SortKey(UInt64(line.seenDropped ?? 0))
        // What needs attention first.
        case .neighbour: return SortKey(line.isUnreachable ? 0 : 1, SortKey(text: line.neighbour).first)
        case .link: return SortKey(line.path?.down == nil ? 1 : 0, SortKey(text: line.link).first)
        default: return SortKey(line.endpoint)
        }
    }
}
