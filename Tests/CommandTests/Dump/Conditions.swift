import TestSupport

/// Conditions on entries, as accepted by conntrack(8) and by the program.
struct Conditions {
    private(set) var conntrack: [String] = []
    private(set) var dump: [String] = []

    /// - Parameter long: the program's name of the option; nil if it is conntrack's.
    /// - Parameter value: nil for an option without a value.
    mutating func add(_ option: String, or long: String? = nil, _ value: String?) {
        conntrack += [option] + (value.map { [$0] } ?? [])
        dump += [long ?? option] + (value.map { [$0] } ?? [])
    }
}

/// Draws conditions that some entry of a table matches, from a seed.
struct ConditionGenerator {
    private let entries: [ConntrackLine]
    private var generator: SeededGenerator

    init(over entries: [ConntrackLine], seed: UInt64) {
        self.entries = entries
        generator = SeededGenerator(seed: seed)
    }

    /// One to three conditions; occasionally one that matches a different entry.
    mutating func next() -> Conditions? {
        guard let entry = entries.randomElement(using: &generator) else { return nil }
        var conditions = Conditions()
        var kinds = Kind.allCases.shuffled(using: &generator).filter { $0.isPossible(for: entry) }
        kinds = Array(kinds.prefix(.random(in: 1...3, using: &generator)))
        // conntrack must parse --status before --mark, or it compares the mark with the status bits: see
        // ConntrackOdditiesTests.
        for kind in Kind.allCases where kinds.contains(kind) { add(kind, of: entry, to: &conditions) }
        return conditions
    }

    /// What a condition tests.
    private enum Kind: CaseIterable {
        case family, protocolAndMore, source, destination, replySource, replyDestination, status, mark, zone
        case originalZone, replyZone, label, translation

        func isPossible(for entry: ConntrackLine) -> Bool {
            switch self {
            case .label: entry.rest["labels"] != nil
            case .zone: entry.rest["zone"] != nil
            case .originalZone: entry.rest["zone-orig"] != nil
            case .replyZone: entry.rest["zone-reply"] != nil
            case .translation: entry.isSourceTranslated || entry.isDestinationTranslated
            default: true
            }
        }
    }

    private mutating func add(_ kind: Kind, of entry: ConntrackLine, to conditions: inout Conditions) {
        switch kind {
        case .family: conditions.add("-f", or: long("--family"), entry.family)
        case .protocolAndMore: addProtocol(of: entry, to: &conditions)
        case .source: conditions.add("-s", or: long("--src"), prefix(entry.original["src"]))
        case .destination: conditions.add("-d", or: long("--dst"), prefix(entry.original["dst"]))
        // conntrack does not accept prefixes here.
        case .replySource: conditions.add("-r", or: long("--reply-src"), entry.reply["src"] ?? "")
        case .replyDestination: conditions.add("-q", or: long("--reply-dst"), entry.reply["dst"] ?? "")
        case .status: conditions.add("-u", or: long("--status"), status(of: entry))
        case .mark: conditions.add("-m", or: long("--mark"), mark(entry.rest["mark"]))
        case .zone: conditions.add("-w", or: long("--zone"), entry.rest["zone"] ?? "0")
        case .originalZone: conditions.add("--orig-zone", entry.rest["zone-orig"] ?? "0")
        case .replyZone: conditions.add("--reply-zone", entry.rest["zone-reply"] ?? "0")
        case .translation: addTranslation(of: entry, to: &conditions)
        case .label: conditions.add("-l", or: long("--label"), labels(of: entry))
        }
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

    /// The program's own name for an option, or nil for conntrack's.
    private mutating func long(_ name: String) -> String? { chance(2) ? name : nil }

    /// Ports and states belong to a protocol, and conntrack requires its name.
    private mutating func addProtocol(of entry: ConntrackLine, to conditions: inout Conditions) {
        let name = entry.protocol == "unknown" ? entry.number : entry.protocol
        conditions.add("-p", or: long("--protocol"), name)
        switch entry.protocol {
        // Kernels since 6.16 have no DCCP ports: conntrack shows 0 for them, and does not compare a missing port. It
        // does not compare GRE keys at all: see ConntrackOdditiesTests.
        case "unknown", "dccp", "gre": break
        case "icmp", "icmpv6":
            for field in ["type", "code", "id"] where chance(2) {
                let option = "--\(entry.protocol)-\(field)"
                conditions.add(option, or: long("--icmp-\(field)"), entry.original[field] ?? "")
            }
        default: addPorts(of: entry, to: &conditions)
        }
        if let state = entry.state, chance(2) { conditions.add("--state", state) }
    }

    private mutating func addPorts(of entry: ConntrackLine, to conditions: inout Conditions) {
        if chance(6) { conditions.add("--sport", entry.original["sport"] ?? "") }
        if chance(2) { conditions.add("--dport", entry.original["dport"] ?? "") }
        if chance(4) { conditions.add("--reply-port-src", or: long("--reply-sport"), entry.reply["sport"] ?? "") }
        if chance(8) { conditions.add("--reply-port-dst", or: long("--reply-dport"), entry.reply["dport"] ?? "") }
    }

    private mutating func addTranslation(of entry: ConntrackLine, to conditions: inout Conditions) {
        if chance(2) { return conditions.add("-j", or: long("--any-nat"), nil) }
        if entry.isSourceTranslated { conditions.add("-n", or: long("--src-nat"), nil) }
        if entry.isDestinationTranslated { conditions.add("-g", or: long("--dst-nat"), nil) }
    }

    /// The address, or a prefix of it.
    private mutating func prefix(_ address: String?) -> String {
        guard let address else { return "" }
        if chance(2) { return address }
        let lengths = address.contains(":") ? [0, 1, 32, 64, 121, 124, 127, 128] : [0, 1, 8, 16, 23, 30, 32]
        return "\(address)/\(lengths.randomElement(using: &generator) ?? 0)"
    }

    /// Bits that are set, bits that are clear, UNREPLIED for one of the latter, and UNSET for an empty set.
    private mutating func status(of entry: ConntrackLine) -> String {
        if entry.flags.contains("UNREPLIED") { return chance(2) ? "UNREPLIED" : "!ASSURED" }
        let isAssured = entry.flags.contains("ASSURED")
        return (isAssured ? ["ASSURED", "SEEN_REPLY,ASSURED", "ASSURED,UNSET"] : ["SEEN_REPLY", "!ASSURED"])
            .randomElement(using: &generator) ?? "SEEN_REPLY"
    }

    /// The mark, or some of its bits, in decimal or hexadecimal.
    private mutating func mark(_ text: String?) -> String {
        let mark = text.flatMap { UInt32($0) } ?? 0
        if chance(2) { return chance(2) ? "\(mark)" : "0x" + String(mark, radix: 16) }
        let mask = [0x01, 0x10, 0x11, 0xFF, 0xFF00, UInt32.max].randomElement(using: &generator) ?? .max
        return "0x" + String(mark & mask, radix: 16) + "/0x" + String(mask, radix: 16)
    }

    /// One of the entry's labels, or all of them.
    private mutating func labels(of entry: ConntrackLine) -> String {
        let all = entry.rest["labels"] ?? ""
        if chance(2) { return all }
        return all.split(separator: ",").randomElement(using: &generator).map(String.init) ?? all
    }
}
