/// The load each listener sustains.
struct EventResult: Codable {
    struct Row: Codable {
        let role: Role
        let command: String
        /// In chronological order.
        var trials: [EventTrial] = []
        /// The largest load without loss: the rate generated, in events per second, or the events in a burst. 0 if even
        /// the smallest was too much.
        var best: Double?
        /// It sustained as much as the generator can produce, or as was tried, and might sustain more.
        var isOpenEnded = false
        /// The reason why it could not be measured.
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
