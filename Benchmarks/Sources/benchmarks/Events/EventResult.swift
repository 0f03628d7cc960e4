/// How much each listener bears.
struct EventResult: Codable {
    struct Row: Codable {
        let role: Role
        let command: String
        /// In the order in which they were made.
        var trials: [EventTrial] = []
        /// The largest load without loss: events a second as made, or events at once. 0 when the smallest was too much.
        var best: Double?
        /// It bore as much as the generator can make, or as was tried: it might bear more.
        var isOpenEnded = false
        /// Why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let title: String
    let unit: String
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }

    init(_ load: EventLoad, _ rows: [Row]) {
        name = load.name
        title = load.title
        unit = load.unit
        self.rows = rows
        let ours = rows.first { $0.role == .ours }
        let peers = rows.first { $0.role == .peer }?.best.flatMap { $0 > 0 ? $0 : nil }
        let ratio = ours?.best.flatMap { best in peers.map { best / $0 } }
        let judgement = Judgement("\(load.unit), ours / conntrack", ratio, load.target)
        judgements = [ours?.isOpenEnded == true && judgement.verdict == .missed ? judgement.undecided : judgement]
    }
}
