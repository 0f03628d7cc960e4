import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension Observation {
    /// The whole view: a block for each subject with its table and what that says, then what traces and samples told, then what is to
    /// be known of all this. Blocks are parted by an empty line.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal, which no line exceeds but one with a very long word, or a table that cannot lose any more
    ///     columns; nil when there is none.
    ///   - clocksAhead: how many seconds local clocks are ahead of UTC at a moment.
    package func text(_ style: Style, width: Int?, clocksAhead: (Moment) -> Int) -> [String] {
        var blocks = [head.wrapped(width)]
        var silent: [String] = []
        for observed in subjects {
            guard observed.traffic.isEmpty else {
                if !silent.isEmpty { blocks.append(silent) }
                silent = []
                blocks.append(block(observed, style, width))
                continue
            }
            silent += "\(observed.title): no packets".printable.wrapped(width)
        }
        blocks.append(silent)
        for address in elsewhere.keys.sorted() { blocks.append(block(address, style, width)) }
        blocks += [rules(width), (samples ?? []).text(style, width: width, clocksAhead: clocksAhead)]
        blocks += [notices.flatMap { $0.sentence.printable.wrapped(width) }, losses(style, width)]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    /// For how long, and the setting that decides most.
    private var head: String {
        let tenths = milliseconds / 100
        let setting = sysctls.values[Sysctls.ipvsConntrack].map { ", \(Sysctls.ipvsConntrack)=\($0)" } ?? ""
        return "\(origin.host): \(tenths / 10).\(tenths % 10) s until \(origin.takenAt.rfc3339)\(setting)".printable
    }

    private func block(_ observed: Observed, _ style: Style, _ width: Int?) -> [String] {
        Self.block(
            observed.title, observed.traffic, observed.subject.methods,
            conclusions(about: observed) + observed.sharingSentences, style, width)
    }

    private func block(_ address: IPAddress, _ style: Style, _ width: Int?) -> [String] {
        guard let traffic = elsewhere[address], !traffic.isEmpty else { return [] }
        return Self.block("\(address) (no service)", traffic, [], conclusions(elsewhere: address), style, width)
    }

    private static func block(
        _ title: String, _ traffic: ObservedTraffic, _ methods: [ForwardingMethod], _ sentences: [String],
        _ style: Style, _ width: Int?
    ) -> [String] {
        title.printable.wrapped(width).map { style.paint($0, .bold) }
            + traffic.entering(methods, style, width: width) + traffic.answers(style, width: width)
            + sentences.flatMap { $0.printable.wrapped(width) }
    }

    private func rules(_ width: Int?) -> [String] {
        guard let blame, !blame.isEmpty else { return [] }
        return "Rules that dropped traced packets (tracing is rate-limited):".wrapped(width)
            + blame.flatMap { $0.rule.sentence($0.text, dropped: $0.dropped).wrapped(width) }
    }

    /// Colours are put on line by line, so that each line can stand alone.
    private func losses(_ style: Style, _ width: Int?) -> [String] {
        losses.flatMap { $0.text(.plain).wrapped(width) }.map { style.paint($0, .red) }
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
        return ["What leaves, and answers, may also be those of \(others): they have a real server in common."]
    }
}
