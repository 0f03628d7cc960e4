/// A program that listens to events.
struct EventSubject {
    let role: Role
    let words: [String]
    let format: EventTally.Format

    var title: String { Contestant(role, words).title }

    static func all(_ tools: Tools) -> [EventSubject] {
        [
            EventSubject(role: .ours, words: [tools.program, "events", "--json"], format: .jsonLines),
            EventSubject(role: .peer, words: ["conntrack", "-E", "-o", "extended,id"], format: .conntrack),
        ]
    }
}
