import Addresses
import IPVS
import Inspection

/// All sentences about findings are written here and in the neighbouring files, for text, JSON and screens alike.
extension Finding {
    /// What is wrong or worth knowing, with its full stop.
    package var reason: String {
        switch context {
        case .flows(let verdict, let reason): sentence(verdict, reason)
        case .methods(let methods): sentence(methods)
        case .drops(let drops): drops.sentence
        case .passed(let packets): packets.sentence
        case .lossInIPVS(let loss): loss.sentence
        case .leftToHost(let left): left.sentence
        case .outside(let grown): lostOutside(grown)
        case .walk(let fact): fact.sentence
        case .named(let named): sentence(named)
        case .reload(let reload): sentence(reload)
        case .trial(let drops): drops.sentence
        case .recorded(let sentences): sentences.reason.printable
        case nil: plainSentence
        }
    }

    /// The reason, preceded by its subject where the reason does not name it.
    package var statement: String {
        guard isOfTraffic, let name = subject.name else { return reason }
        return "\(name): \(reason)"
    }

    /// The statement, without how it is known where that is long.
    package var headline: String {
        if case .trial(let drops) = context { drops.headline } else { statement }
    }

    private var isOfTraffic: Bool {
        switch context {
        case .drops, .passed, .lossInIPVS, .leftToHost: true
        case .flows, .methods, .walk, .named, .trial, .reload, .outside: false
        case .recorded(let sentences): subject.name.map { !sentences.reason.contains($0) } ?? false
        case nil: Self.idsOfTraffic.contains(id)
        }
    }

    private static let idsOfTraffic: Set<ID> = [
        .lostBeforeLocalIn, .lostInIPVS, .answersLostInRouting, .answersLostInIPVS, .rewritten,
    ]

    private var plainSentence: String {
        switch id {
        case .noConnections: "IPVS has no connections here."
        case .connectionsUnread: connectionsUnread
        case .noMatch: noMatch
        case .nothingSeen: "No matching packets were seen."
        case .lostBeforeLocalIn: lostBeforeLocalIn
        case .lostInIPVS: lostInIPVS
        case .answersLostInRouting: answersLostInRouting
        case .answersLostInIPVS: answersLostInIPVS
        case .rewritten: rewritten
        case .tableFull: tableFull
        case .longChains: longChains
        case .counters: counterSentence
        default: "\(id.rawValue): " + evidence.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + "."
        }
    }

    /// A number that the sentence is about; 0 if it is missing.
    func number(_ name: String) -> UInt64 { self[name] ?? 0 }

    // MARK: What to do

    /// A sentence for each remedy.
    package var remedySentences: [String] {
        if let recordedSentences { return recordedSentences.remedy.map { [$0.printable] } ?? [] }
        var fixes = 0
        return remedies.map { remedy in
            let words = remedy.clause + (remedy.explanation.map { ": \($0)" } ?? "") + "."
            guard remedy.isFix else { return words.prefix(1).uppercased() + words.dropFirst() }
            fixes += 1
            return (fixes == 1 ? "To fix it, " : "Also ") + words
        }
    }

    /// The reason and what to do, a sentence each.
    package var sentences: [String] { [reason] + remedySentences }
}

extension [Remedy] {
    /// What to do, in a line without a full stop; nil if there is nothing to do.
    ///
    /// - Parameter observing: how to have packets counted, if not by the command `observe`.
    package func nextStep(observing: String? = nil) -> String? {
        guard !isEmpty else { return nil }
        return map { remedy in remedy == .observe ? observing ?? remedy.clause : remedy.clause }.joined(separator: "; ")
    }
}

extension [Finding] {
    /// What to do about the problems: fixes first, then where to look.
    var nextStep: String? {
        let remedies = worstFirst.filter(\.isTrouble).flatMap(\.remedies).withoutRepeats
        let isLast = { (remedy: Remedy) in remedy == .readManual }
        return (remedies.filter(\.isFix) + remedies.filter { !$0.isFix && !isLast($0) } + remedies.filter(isLast))
            .nextStep()
    }
}

extension Finding.Subject {
    /// Nil if a sentence is clear without it.
    package var name: String? {
        switch self {
        case .service(let identity): identity.description
        case .address(let address, let port?): Endpoint(address, port).description
        case .address(let address, nil): address.description
        case .director, .table, .counter, .packet: nil
        }
    }
}

/// `7 FIN, 1 RST and 1 ICMP error`
func sentenceList(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " and " + last
}
