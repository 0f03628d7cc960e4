import Conntrack
import Firewall

/// What only few flows have, or only some outputs need, by slot: doubts about their entry, the persistence engine, whole entries.
struct FlowExtras: Sendable {
    private(set) var doubts: [UInt32: [FlowDoubt]] = [:]
    /// The name and data of a persistence engine.
    private var engines: [UInt32: String] = [:]
    /// The entries as the kernel sent them, and where each slot's is; nil if they are not kept.
    private var archive: EntryArchive?
    private var archived: [UInt32: EntryArchive.Location] = [:]
    /// Flows that were joined with an entry whose packets rules rewrote, and which rules these may have been.
    private(set) var rewritings: [UInt32: Rewriting] = [:]
    private(set) var translations: [UInt32: FlowTranslation] = [:]
    private(set) var rules: TranslationRules?

    init(keepsEntries: Bool) { archive = keepsEntries ? EntryArchive() : nil }

    var keepsEntries: Bool { archive != nil }

    mutating func add(_ doubt: FlowDoubt, to slot: Int) { doubts[UInt32(slot), default: []].append(doubt) }

    mutating func forgetDoubts(of slot: Int) {
        doubts[UInt32(slot)] = nil
        if !rewritings.isEmpty { (rewritings[UInt32(slot)], translations[UInt32(slot)]) = (nil, nil) }
    }

    mutating func note(_ rewriting: Rewriting?, of slot: Int) {
        if let rewriting { rewritings[UInt32(slot)] = rewriting }
    }

    mutating func know(_ rules: TranslationRules) { self.rules = rules }

    mutating func explain(_ translation: FlowTranslation, _ slot: UInt32) { translations[slot] = translation }

    mutating func keep(engine: String, of slot: Int) { engines[UInt32(slot)] = engine }

    func engine(of slot: UInt32) -> String? { engines[slot] }

    /// - Parameter message: empty if there is none.
    @inline(__always)
    mutating func keep(_ message: RawSpan, of slot: Int) {
        if message.byteCount > 0 { archived[UInt32(slot)] = archive?.keep(message) }
    }

    func entry(of slot: UInt32) -> Entry? { archived[slot].flatMap { archive?.entry(at: $0) } }

    /// The slot gets another flow.
    mutating func forgetSlot(_ slot: Int) {
        if !doubts.isEmpty { forgetDoubts(of: slot) }
        if !engines.isEmpty { engines[UInt32(slot)] = nil }
    }

    /// Entries of an earlier reading, or of a dump that is repeated, are of no use any more.
    mutating func forgetEntries() {
        if archive != nil { archive = EntryArchive() }
        archived.removeAll(keepingCapacity: true)
        doubts.removeAll()
        rewritings.removeAll()
        translations.removeAll()
    }
}

/// Why the entry attributed to a flow is uncertain.
enum FlowDoubt: Equatable, Sendable {
    /// The entry was created for another destination; only its reply tuple matches the flow, and perhaps other flows, too.
    case joinedByReply(Tuple, flows: Int)
    /// Rules for NAT rewrote its packets before IPVS or behind it; only the client's address and the answering server match.
    case joinedAcrossNAT(Tuple, flows: Int)
    /// The table has a second entry with the flow's tuple, in another zone.
    case secondEntry(id: UInt32, zone: UInt16)
    /// It had no entry, and could not be looked up once more: why.
    case notLookedUp(String)

    var text: String {
        switch self {
        case .joinedByReply(let original, let flows):
            let others = flows == 1 ? "" : ", which \(flows) connections share"
            return "joined by the reply tuple\(others): the entry was made for \(original)"
        case .joinedAcrossNAT(let original, let flows):
            let others = flows == 1 ? "" : ", which \(flows) connections share"
            return
                "joined by the client and the answering server\(others): NAT rules rewrite its packets before IPVS or behind it, and the entry "
                + "was made for \(original)"
        case .secondEntry(let id, let zone):
            return "another entry has this tuple too: id \(id) in zone \(zone)"
        case .notLookedUp(let why): return "it may have got an entry since: \(why)"
        }
    }
}
