/// Which chain and rule each entry of a table of iptables-legacy is, as `iptables-legacy --line-numbers` counts them.
struct LegacyChains {
    struct Place: Equatable {
        var chain: String
        /// From 1; nil for the chain's policy.
        var number: Int?
    }

    /// By an entry's start.
    private var places: [Int: Place] = [:]
    /// The names of chains by the start of their first rule, which is where jumps go.
    private var names: [Int: String] = [:]

    init(of table: LegacyTable) {
        var place = Place(chain: "", number: 0)
        for entry in table.places {
            if let hook = table.hook(beginningAt: entry.start) { place = Place(chain: hook.legacyName, number: 0) }
            if let chain = table.target(of: entry).chain {
                place = Place(chain: chain, number: 0)
                names[entry.end] = chain
                continue
            }
            place.number = (place.number ?? 0) + 1
            places[entry.start] = table.isPolicy(entry) ? Place(chain: place.chain, number: nil) : place
        }
    }

    func place(of entry: LegacyEntry) -> Place? { places[entry.start] }

    /// Of a jump.
    func name(at start: Int) -> String? { names[start] }
}

extension LegacyTable {
    /// The hooks that it has a chain at, in the order in which a packet meets them.
    var hookList: [NetfilterHook] {
        (0..<UInt8(hookEntries.count)).filter { hooks & 1 << UInt32($0) != 0 }.map { NetfilterHook(rawValue: $0) }
    }

    func hook(beginningAt start: Int) -> NetfilterHook? {
        hookList.first { Int(hookEntries[Int($0.rawValue)]) == start }
    }

    func isPolicy(_ entry: LegacyEntry) -> Bool {
        hookList.contains { Int(underflows[Int($0.rawValue)]) == entry.start }
    }

    /// Whether every packet passes it: it has no rules, and all policies accept.
    package var passesAll: Bool {
        rules == 0 && places.filter(isPolicy).allSatisfy { target(of: $0).verdict == LegacyVerdict.accept }
    }
}

/// Verdicts of the standard target: the negative of netfilter's, less one (net/ipv4/netfilter/ip_tables.c, `ipt_do_table`).
enum LegacyVerdict {
    static let drop = -1
    static let accept = -2
    static let queue = -4
    /// `XT_RETURN`, linux/netfilter/x_tables.h.
    static let `return` = -5
}

extension NetfilterHook {
    /// The name of a table's chain at it, in iptables.
    var legacyName: String {
        switch self {
        case .preRouting: "PREROUTING"
        case .localIn: "INPUT"
        case .forward: "FORWARD"
        case .localOut: "OUTPUT"
        case .postRouting: "POSTROUTING"
        default: name
        }
    }
}
