import Addresses
import Conntrack
import IPVS
import Inspection
import Reports

/// The flow columns, by their command line names.
enum FlowColumn: String, CaseIterable {
    case proto, client, virtual, server, method, ipvs, expires, packets, fwmark, flags, conntrack, ctstates, age,
        verdict

    /// What cells are made from, besides the row.
    struct Context {
        var store: FlowStore
        var second: UInt32
        var names = AddressNames()
    }

    /// - Parameters:
    ///   - hasDetails: whether anything is known that /proc lacks.
    ///   - isCapture: of one moment, in which nothing ages.
    ///   - isRecord: in which nothing is said of packets and of when a connection expires.
    static func columns(hasDetails: Bool, isCapture: Bool, isRecord: Bool) -> [Column<FlowRow, Context>] {
        allCases.filter {
            (hasDetails || !$0.needsDetails) && !(isCapture && $0 == .age)
                && !(isRecord && ($0 == .expires || $0 == .ctstates))
        }.map(\.column)
    }

    private var column: Column<FlowRow, Context> {
        let isNumber = [.expires, .packets, .fwmark, .age].contains(self)
        return Column(
            name: rawValue, title: title, alignsRight: isNumber, expendable: expendable, beginsDescending: isNumber
        ) { cell($0, $1) }
    }

    /// Only filled if the kernel's own table is read.
    private var needsDetails: Bool { self == .packets || self == .fwmark || self == .flags }

    private var title: String {
        switch self {
        case .server: "DESTINATION"
        default: rawValue.uppercased()
        }
    }

    private var expendable: Int {
        switch self {
        case .proto, .client, .verdict: 0
        case .server: 1
        case .virtual: 2
        case .ipvs: 3
        case .ctstates: 4
        case .age: 5
        case .conntrack: 6
        case .method: 7
        case .expires: 8
        case .packets: 9
        case .flags: 10
        case .fwmark: 11
        }
    }

    private func cell(_ row: FlowRow, _ context: borrowing Context) -> Cell {
        let store = context.store
        let route = store.route(of: row)
        let names = context.names
        switch self {
        case .proto: return Cell(route.protocol.description)
        case .client: return Cell(names.label(row.client))
        case .virtual: return Cell(names.label(route.virtual))
        case .server: return Cell(route.destination.map(names.label) ?? "-")
        case .method: return Cell(route.method?.description ?? "-")
        case .ipvs: return Cell(store.state(of: row) ?? "-")
        case .expires: return Cell(row.isOrphan ? "-" : Figures.clock(row.expires))
        case .packets: return Cell(row.packets.map { Figures.count(UInt64($0)) } ?? "-")
        case .fwmark: return Cell(row.firewallMark.map(String.init) ?? "-")
        case .flags: return Cell(row.flags?.text ?? "-")
        case .conntrack where row.isPending: return Cell("…", .dim)
        case .conntrack: return Cell(store.entryState(of: row) ?? "-")
        case .ctstates: return Cell(row.ctstates.isEmpty ? "-" : row.ctstates.text, row.ctstates.ink)
        case .age: return Cell((row.mayBeOlder ? ">" : "") + AgeText.of(context.second &- row.appeared))
        case .verdict where row.isPending: return Cell("…", .dim)
        case .verdict: return Cell(row.verdict.rawValue + (row.isDoubtful ? " ?" : ""), row.verdict.ink)
        }
    }

    func sortKey(_ row: FlowRow, _ store: FlowStore) -> SortKey {
        switch self {
        case .proto: return SortKey(UInt64(store.route(of: row).protocol.rawValue))
        case .client: return SortKey(row.client)
        case .virtual: return SortKey(store.route(of: row).virtual)
        case .server: return store.route(of: row).destination.map { SortKey($0) } ?? SortKey(.max)
        case .method: return SortKey(store.route(of: row).method.map { UInt64($0.rawValue) } ?? .max)
        case .ipvs: return SortKey(text: store.state(of: row) ?? "")
        case .expires: return SortKey(UInt64(row.expires))
        case .packets: return SortKey(UInt64(row.packets ?? 0))
        case .fwmark: return SortKey(UInt64(row.firewallMark ?? 0))
        case .flags: return SortKey(text: row.flags?.text ?? "")
        case .conntrack: return SortKey(text: store.entryState(of: row) ?? "")
        case .ctstates: return SortKey(UInt64(row.ctstates.bits))
        case .age: return SortKey(UInt64(UInt32.max - row.appeared))
        case .verdict: return SortKey(row.verdict.urgency)
        }
    }
}

extension SortKey {
    init(_ endpoint: Endpoint) {
        let isIPv6: UInt64 = endpoint.address.family == .ipv6 ? 1 : 0
        // For IPv6 the upper half comes first; addresses of one network differ in the lower half.
        self.init(endpoint.address.high, endpoint.address.low, isIPv6 << 16 | UInt64(endpoint.port))
    }
}

extension FlowVerdict {
    /// What needs attention first.
    var urgency: UInt64 {
        switch self {
        case .never: 0
        case .absent: 1
        case .unreplied: 2
        case .orphan: 3
        case .tracked: 4
        case .synced: 5
        }
    }

    var ink: Ink {
        switch self {
        case .absent, .never: .bad
        case .unreplied: .caution
        case .tracked: .good
        case .orphan: .odd
        case .synced: .dim
        }
    }
}

extension CTStates {
    var ink: Ink { contains(.invalid) ? .bad : .plain }
}
