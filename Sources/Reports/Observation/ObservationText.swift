import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension Observation {
    /// The whole view: a block per subject with its table and conclusions, then traces and samples, then notices. Blocks are separated by
    /// empty lines.
    ///
    /// - Parameters:
    ///   - filter: selects the rows. What is concluded is about all packets, and so is shown even where it selects none.
    ///   - width: columns of the terminal, exceeded only by a very long word, or a table that cannot drop more columns; nil if there is
    ///     none.
    ///   - clocksAhead: how many seconds local clocks are ahead of UTC at a given time.
    package func text(
        _ style: Style, width: Int?, filter: ObservationFilter? = nil, clocksAhead: (Moment) -> Int
    ) -> [String] {
        let shown = shown(by: filter)
        var blocks = [head.wrapped(width) + shown.heading.flatMap { $0.wrapped(width) }]
        var silent: [String] = []
        for (observed, traffic) in shown.subjects {
            guard observed.traffic.isEmpty else {
                if !silent.isEmpty { blocks.append(silent) }
                silent = []
                blocks.append(block(observed, traffic, style, width))
                continue
            }
            silent += "\(observed.title): no packets".printable.wrapped(width)
        }
        blocks.append(silent)
        for (address, traffic) in shown.elsewhere { blocks.append(block(address, traffic, style, width)) }
        blocks.append(shown.rest.flatMap { $0.wrapped(width) })
        if let outside = findingOutside { blocks.append(outside.sentences.flatMap { $0.printable.wrapped(width) }) }
        blocks += [shown.rules(width), (shown.samples ?? []).text(style, width: width, clocksAhead: clocksAhead)]
        blocks += [notices.flatMap { $0.sentence.printable.wrapped(width) }, losses(style, width)]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    /// The period, and the most important setting.
    private var head: String {
        let tenths = milliseconds / 100
        let setting = sysctls.values[Sysctls.ipvsConntrack].map { ", \(Sysctls.ipvsConntrack)=\($0)" } ?? ""
        return "\(origin.host): \(tenths / 10).\(tenths % 10) s until \(origin.takenAt.rfc3339)\(setting)".printable
    }

    private func block(_ observed: Observed, _ traffic: ShownTraffic, _ style: Style, _ width: Int?) -> [String] {
        Self.block(
            observed.title, traffic, observed.subject.methods,
            conclusions(about: observed) + observed.sharingSentences, style, width)
    }

    private func block(_ address: IPAddress, _ traffic: ShownTraffic, _ style: Style, _ width: Int?) -> [String] {
        guard !traffic.whole.isEmpty else { return [] }
        return Self.block("\(address) (no service)", traffic, [], conclusions(elsewhere: address), style, width)
    }

    private static func block(
        _ title: String, _ traffic: ShownTraffic, _ methods: [ForwardingMethod], _ sentences: [String],
        _ style: Style, _ width: Int?
    ) -> [String] {
        title.printable.wrapped(width).map { style.paint($0, .bold) }
            + traffic.entering(methods, style, width: width) + traffic.answers(style, width: width)
            + traffic.ownAnswers(style, width: width) + traffic.localRequests(style, width: width)
            + sentences.flatMap { $0.printable.wrapped(width) }
    }

    /// Colors are added line by line, so that each line is self-contained.
    private func losses(_ style: Style, _ width: Int?) -> [String] {
        losses.flatMap { $0.text(.plain).wrapped(width) }.map { style.paint($0, .red) }
    }
}

extension ShownObservation {
    /// What is shown, and that there is more.
    fileprivate var heading: [String] {
        guard let filter else { return [] }
        return [
            "shown: \(filter.line) (…: counted, not shown); findings are about all packets".printable
        ]
    }

    /// What is not shown because it does not match.
    fileprivate var rest: [String] {
        guard filter != nil else { return [] }
        var sentences = isEmpty ? ["Nothing matches the filter."] : []
        if leftOut == 1 { sentences.append("1 service or address without matching packets is not shown.") }
        if leftOut > 1 {
            sentences.append("\(leftOut) services and addresses without matching packets are not shown.")
        }
        return sentences
    }

    fileprivate func rules(_ width: Int?) -> [String] {
        guard let blame, !blame.isEmpty else { return [] }
        return "Rules that dropped traced packets (tracing is rate-limited):".wrapped(width)
            + blame.flatMap { $0.rule.sentence($0.text, dropped: $0.dropped).wrapped(width) }
    }
}

extension Observed {
    /// `tcp 10.0.0.100:80  rr, dr`
    fileprivate var title: String {
        guard let service = subject.service else { return subject.description }
        let flags = service.flags.contains(.onePacket) ? ["ops"] : []
        let words = [service.scheduler] + subject.methods.map(\.description) + flags
        return "\(subject)  " + words.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    fileprivate var sharingSentences: [String] {
        guard !sharedWith.isEmpty else { return [] }
        let others = sharedWith.sorted().joined(separator: ", ")
        return ["Packets that leave, and answers, may also belong to \(others): they share a real server."]
    }
}

extension ObservationNotice {
    /// A line for the reader.
    package var sentence: String {
        switch self {
        case .startedTracking(let family):
            "conntrack was not active for \(family.name) here: the rules of ct-inspect activate it while this runs"
        case .leftOut(let family):
            "\(family.name) is not observed: conntrack is not active for it here (--start-tracking activates it)"
        case .unknownTracking(let family, let why):
            "whether conntrack was active for \(family.name) before this started is unknown: \(why)"
        case .rulesInFront(let chains):
            "what \(chains.joined(separator: ", ").printable) \(chains.count == 1 ? "drops" : "drop") is not seen: "
                + "packets come there before they are counted first"
        case .rulesInFrontOfLocalOut(let chains):
            "what \(chains.joined(separator: ", ").printable) \(chains.count == 1 ? "drops" : "drop") of the director's own packets is not "
                + "seen, and of those that IPVS sends it counts as lost in IPVS: they come there before they are counted at LOCAL_OUT"
        case .unknownRulesInFront(let why):
            "whether packets are dropped before they are counted first is unknown: \(why.printable)"
        case .legacyTables(let program, let names):
            "\(program) has tables here (\(names.joined(separator: ", ").printable)), whose rules cannot be traced: "
                + "of the packets counted before the filter but not after it, only the traced drops are certainly due to nf_tables."
        case .unknownLegacyTables(let program, let why):
            "Whether \(program) has rules here (which cannot be traced) is unknown: \(why.printable)."
        }
    }
}

extension IPAddress.Family {
    fileprivate var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
