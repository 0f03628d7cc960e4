import Addresses
import Conntrack
import IPVS
import Inspection

/// The service columns.
enum ServiceColumn: String, CaseIterable {
    case service, scheduler, method, connections, never, absent, unreplied, tracked, synced, orphans, stuck
    case connectionRate = "conn-rate"
    case packets, bytes, history
    case new, established, related, invalid, untracked, dropped, drops

    /// What cells are made from, besides the row.
    struct Context {
        var glyphs: Glyphs
        var names = AddressNames()
    }

    /// - Parameters:
    ///   - hasSynced: whether there are connections that another director told of.
    ///   - isCapture: of one moment, which has no history.
    static func columns(isObserving: Bool, hasSynced: Bool, isCapture: Bool) -> [Column<ServiceLine, Context>] {
        allCases.filter {
            (isObserving || !$0.isObserved) && (hasSynced || $0 != .synced) && !(isCapture && $0 == .history)
        }.map { column in
            Column(
                name: column.rawValue, title: column.title,
                alignsRight: ![.service, .scheduler, .method, .history, .drops].contains(column),
                expendable: column.expendable, beginsDescending: ![.service, .scheduler, .method].contains(column)
            ) { column.cell($0, $1) }
        }
    }

    /// Only filled by packet observation.
    var isObserved: Bool { state != nil || self == .dropped || self == .drops }

    private var state: CTState? { CTState(lowercase: rawValue) }

    private var title: String {
        switch self {
        case .connections: "CONNS"
        case .connectionRate: "CONN/S"
        case .packets: "PKT/S"
        case .bytes: "BYTES/S"
        // Packets, and no connections.
        case .new: "NEW PKT/S"
        case .established: "EST PKT/S"
        case .untracked: "UNTR PKT/S"
        case .related: "REL PKT/S"
        case .invalid: "INVALID PKT/S"
        case .dropped: "DROPPED/S"
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
        case .packets, .drops, .stuck: 5
        case .method: 6
        case .history: 7
        case .untracked, .established: 8
        case .orphans, .related, .synced: 9
        case .scheduler, .connectionRate: 10
        case .bytes: 11
        }
    }

    static let historyWidth = 20

    private func cell(_ line: ServiceLine, _ context: borrowing Context) -> Cell {
        let glyphs = context.glyphs
        if let verdict {
            return Cell(line.counts[verdict], of: verdict)
        }
        if let state {
            guard let observed = line.observed else { return Cell("-", .dim) }
            let rate = observed.states[state] ?? 0
            return Cell(Figures.rate(rate), rate > 0 && state == .invalid ? .bad : rate > 0 ? .plain : .dim)
        }
        switch self {
        case .scheduler: return Cell(line.scheduler)
        case .method: return Cell(line.methods)
        case .connections: return Cell("\(line.counts.connections)")
        case .stuck: return Cell(stuck: line.counts.stuck)
        case .connectionRate, .packets, .bytes:
            return Cell(estimated: estimated(line))
        case .dropped:
            guard let observed = line.observed else { return Cell("-", .dim) }
            return Cell(Figures.rate(observed.dropped), observed.dropped > 0 ? .bad : .dim)
        case .history: return Cell(glyphs.history(line.history, width: Self.historyWidth), .dim)
        case .drops:
            let drops = line.observed?.history ?? []
            return Cell(
                glyphs.history(drops, width: Self.historyWidth), drops.contains { $0 > 0 } ? .bad : .dim)
        default: return Self.title(line, glyphs, context.names)
        }
    }

    /// As the kernel estimates it.
    private func estimated(_ line: ServiceLine) -> UInt64? {
        switch self {
        case .connectionRate: line.rates?.connections
        case .packets, .history: line.rates?.packets
        case .bytes: line.rates?.bytes
        default: nil
        }
    }

    private static func title(_ line: ServiceLine, _ glyphs: Glyphs, _ names: AddressNames) -> Cell {
        switch line.identity {
        case .service(let service):
            return Cell((line.isOpen ? glyphs.open : glyphs.closed) + " " + names.label(service), .strong)
        case .server(_, let server):
            return Cell("    -> " + names.label(server) + (line.weight == 0 ? " (weight 0)" : ""))
        case .unknown: return Cell("  " + line.title)
        }
    }

    func sortKey(_ line: ServiceLine) -> SortKey {
        if let verdict { return SortKey(UInt64(line.counts[verdict])) }
        if let state { return SortKey(rate: line.observed?.states[state]) }
        switch self {
        case .connections: return SortKey(UInt64(line.counts.connections))
        case .stuck: return SortKey(UInt64(line.counts.stuck))
        case .connectionRate, .packets, .bytes, .history: return SortKey(estimated(line) ?? 0)
        case .dropped, .drops: return SortKey(rate: line.observed?.dropped)
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

extension Cell {
    /// A number of stuck connections.
    /// How many flows have a verdict.
    init(_ count: Int, of verdict: FlowVerdict) {
        self.init(count == 0 ? "-" : "\(count)", count == 0 ? .dim : verdict.ink)
    }

    /// A rate of the kernel's; nil where there is none.
    init(estimated rate: UInt64?) {
        self.init(rate.map { Figures.rate(Double($0)) } ?? "-", rate ?? 0 == 0 ? .dim : .plain)
    }

    init(stuck: Int) { self.init(stuck == 0 ? "-" : "\(stuck)", stuck == 0 ? .dim : .bad) }
}
