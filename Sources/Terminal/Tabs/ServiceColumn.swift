import Addresses
import Conntrack
import IPVS
import Inspection

/// The service columns.
enum ServiceColumn: String, CaseIterable {
    case service, scheduler, method, connections, never, absent, unreplied, tracked, synced, orphans, packets
    case new, established, related, invalid, untracked, dropped, history

    /// - Parameter hasSynced: whether there are connections that another director told of.
    static func columns(isObserving: Bool, hasSynced: Bool) -> [Column<ServiceLine, Glyphs>] {
        allCases.filter { (isObserving || !$0.isObserved) && (hasSynced || $0 != .synced) }.map { column in
            Column(
                name: column.rawValue, title: column.title,
                alignsRight: ![.service, .scheduler, .method, .history].contains(column),
                expendable: column.expendable, beginsDescending: ![.service, .scheduler, .method].contains(column)
            ) { column.cell($0, $1) }
        }
    }

    /// Only filled by packet observation.
    var isObserved: Bool { state != nil || self == .dropped }

    private var state: CTState? {
        switch self {
        case .new: .new
        case .established: .established
        case .related: .related
        case .invalid: .invalid
        case .untracked: .untracked
        default: nil
        }
    }

    private var title: String {
        switch self {
        case .connections: "CONNS"
        case .packets: "PKT/S"
        case .established: "EST/S"
        case .untracked: "UNTR/S"
        case .related: "REL/S"
        case .new, .invalid, .dropped: rawValue.uppercased() + "/S"
        default: rawValue.uppercased()
        }
    }

    private var verdict: FlowVerdict? { self == .orphans ? .orphan : FlowVerdict(rawValue: rawValue) }

    private var expendable: Int {
        switch self {
        case .service, .connections: 0
        case .absent, .dropped: 1
        case .never: 2
        case .unreplied, .invalid: 3
        case .tracked, .new: 4
        case .packets: 5
        case .method: 6
        case .history: 7
        case .untracked, .established: 8
        case .orphans, .related, .synced: 9
        case .scheduler: 10
        }
    }

    static let historyWidth = 20

    private func cell(_ line: ServiceLine, _ glyphs: borrowing Glyphs) -> Cell {
        if let verdict {
            let count = line.counts[verdict]
            return Cell(count == 0 ? "-" : "\(count)", count == 0 ? .dim : verdict.ink)
        }
        if let state {
            guard let rates = line.rates else { return Cell("-", .dim) }
            let rate = rates.states[state] ?? 0
            return Cell(Figures.rate(rate), rate > 0 && state == .invalid ? .bad : rate > 0 ? .plain : .dim)
        }
        switch self {
        case .scheduler: return Cell(line.scheduler)
        case .method: return Cell(line.methods)
        case .connections: return Cell("\(line.counts.connections)")
        case .packets: return Cell(line.packets.map(Figures.rate) ?? "-", line.packets == nil ? .dim : .plain)
        case .dropped:
            guard let rates = line.rates else { return Cell("-", .dim) }
            return Cell(Figures.rate(rates.dropped), rates.dropped > 0 ? .bad : .dim)
        case .history: return Self.history(line, glyphs)
        default: return Self.title(line, glyphs)
        }
    }

    /// Drops if packets are observed, else packets.
    private static func history(_ line: ServiceLine, _ glyphs: Glyphs) -> Cell {
        if let drops = line.rates?.history, drops.contains(where: { $0 > 0 }) {
            return Cell(glyphs.history(drops, width: historyWidth), .bad)
        }
        return Cell(glyphs.history(line.history, width: historyWidth), .dim)
    }

    private static func title(_ line: ServiceLine, _ glyphs: Glyphs) -> Cell {
        switch line.identity {
        case .service: return Cell((line.isOpen ? glyphs.open : glyphs.closed) + " " + line.title, .strong)
        case .server: return Cell("    -> " + line.title + (line.weight == 0 ? " (weight 0)" : ""))
        case .unknown: return Cell("  " + line.title)
        }
    }

    func sortKey(_ line: ServiceLine) -> SortKey {
        if let verdict { return SortKey(UInt64(line.counts[verdict])) }
        if let state { return SortKey(rate: line.rates?.states[state]) }
        switch self {
        case .connections: return SortKey(UInt64(line.counts.connections))
        case .packets, .history: return SortKey(rate: line.packets)
        case .dropped: return SortKey(rate: line.rates?.dropped)
        case .scheduler: return SortKey(text: line.scheduler)
        case .method: return SortKey(text: line.methods)
        default:
            guard case .address(let `protocol`, let endpoint)? = line.service?.identity else { return SortKey(.max) }
            var key = SortKey(endpoint)
            key.third |= UInt64(`protocol`.rawValue) << 32
            return key
        }
    }
}

extension SortKey {
    fileprivate init(rate: Double?) { self.init(UInt64(max(0, min(rate ?? 0, 1e15)) * 1000)) }
}
