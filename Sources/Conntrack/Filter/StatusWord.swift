/// What the word `status` takes: the name of a bit, or a word of conntrack(8)'s for none.
enum StatusWord: Equatable {
    case bit(Status)
    case unreplied
    /// conntrack(8) has it for “no bit”: no condition.
    case unset

    /// The values that are told of; conntrack(8)'s own are taken besides.
    static let names = Status.names.filter { $0 != "TEMPLATE" } + ["UNREPLIED"]
    /// In words that end a sentence.
    static let takes = names.joined(separator: ", ")

    init?(_ text: String) {
        switch text.uppercased() {
        case "UNREPLIED": self = .unreplied
        case "UNSET": self = .unset
        default:
            guard let status = Status(name: text) else { return nil }
            self = .bit(status)
        }
    }

    func add(to filter: inout EntryFilter, isNegated: Bool) {
        switch (self, isNegated) {
        case (.bit(let status), false): filter.requiredStatus.insert(status)
        case (.bit(let status), true): filter.forbiddenStatus.insert(status)
        case (.unreplied, false): filter.forbiddenStatus.insert(.seenReply)
        case (.unreplied, true): filter.requiredStatus.insert(.seenReply)
        case (.unset, _): break
        }
    }
}
