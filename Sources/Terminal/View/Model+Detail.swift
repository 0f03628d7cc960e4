import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Reports

/// Details of the selected row.
extension Model {
    func detailBlock(_ rows: Int) -> [Line] {
        let (lines, room) = (detailLines, max(0, rows - 1))
        let top = max(0, min(list.detailTop, lines.count - room))
        let shown = lines.dropFirst(top).prefix(room)
        let hint = lines.count > room ? " \(top + 1)-\(top + shown.count) of \(lines.count): J, K " : ""
        let rule = String(repeating: glyphs.rule, count: max(3, width - hint.width - 3))
        let end = String(repeating: glyphs.rule, count: max(0, width - rule.width - hint.width))
        return [Line([Run(rule, .dim), Run(hint, .key), Run(end, .dim)])] + shown
    }

    var detailLines: [Line] {
        switch tab {
        case .services: serviceDetail
        case .servers: serverDetail
        case .flows: flowDetail
        case .drops: dropDetail
        case .table: entryDetail
        case .findings: findingDetail
        case .events, .health: []
        }
    }

    func fact(_ name: String, _ text: String, _ ink: Ink = .plain) -> [Line] {
        let label = 11
        let parts = text.wrapped(to: max(10, width - label))
        return parts.enumerated().map { position, part in
            Line([Run((position == 0 ? name : "").fitted(to: label), .dim), Run(part, ink)])
        }
    }

    // MARK: A flow

    private var flowDetail: [Line] {
        guard let row = selectedFlow else { return goneFlow }
        let store = director.store
        let (route, key) = (store.route(of: row), store.key(of: row))
        var lines = fact("verdict", verdictText(row), row.verdict.ink)
        let server = route.destination.map { " > \(names.full($0))" } ?? ""
        let method = route.method.map { ", \($0)" } ?? ""
        let service = route.service.map { ", service \($0)" } ?? ""
        let ends = "\(names.full(row.client)) > \(names.full(route.virtual))\(server)"
        lines += fact("connection", "\(route.protocol) \(ends)\(method)\(service)")
        if let state = store.state(of: row), row.isRecorded {
            lines += fact("IPVS", "\(state) \(AgeText.of(second &- row.changed)) ago, when it changed last")
        } else if let state = store.state(of: row) {
            let age = isCapture ? "" : ", in this state for \(AgeText.of(second &- row.changed))"
            lines += fact("IPVS", "\(state), expires in \(row.expires) s\(age)")
        }
        if let packets = row.packets, let mark = row.firewallMark, let flags = row.flags {
            let words = (mark == 0 ? "" : ", fwmark \(mark)") + (flags.isEmpty ? "" : ", flags \(flags.text)")
            lines += fact("", "\(Figures.number(Int(packets), "packet")) from the client\(words)")
        }
        if let stuck = store.stuckReason(of: row) { lines += fact("stuck", stuck.words, .bad) }
        if let slot = store.slot(of: key) {
            for doubt in store.doubts(of: row, at: slot) where doubt != Flow.incompleteReading {
                lines += fact("doubt", doubt.printable, .caution)
            }
        }
        if row.isPending { return lines + fact("entry", "not read yet") + timelineFacts(row, key) }
        lines += entryFacts(flows.examined?.key == key ? flows.examined?.entry : nil, store.entryState(of: row))
        return lines + timelineFacts(row, key)
    }

    /// What is left of a flow that has ended: nothing else takes its place.
    private var goneFlow: [Line] {
        guard let key = flows.chosen else { return [Line([Run("The flow is gone.", .dim)])] }
        var lines =
            fact("connection", "\(key.protocol) \(names.full(key.client)) > \(names.full(key.server))")
            + fact("gone", "it has ended", .odd)
        for mark in director.timeline[key] {
            lines += fact("", "\(mark.moment.clockText(ahead: setting.clocksAhead)): \(mark.text)")
        }
        return lines
    }

    private func verdictText(_ row: FlowRow) -> String {
        if row.isPending { return "not known before the first reading has ended" }
        let doubt = row.isDoubtful ? "? (incomplete read, or about to expire)" : ""
        return "\(row.verdict.rawValue)\(doubt): \(director.store.reason(of: row, director.sysctls).words)"
    }

    private func entryFacts(_ entry: Entry?, _ state: String?) -> [Line] {
        guard let entry else { return fact("entry", state ?? "none in the conntrack table") }
        var lines = fact("original", names.full(entry.original)) + fact("reply", names.full(entry.reply))
        var words = entry.state?.name.map { [$0] } ?? []
        words += entry.status.names
        if let timeout = entry.timeout { words.append("\(timeout) s left") }
        lines += fact("entry", words.joined(separator: " "))
        if let start = entry.timestamps?.start { lines += fact("started", started(start)) }
        if let sent = entry.originalCounters, let answered = entry.replyCounters {
            lines += fact(
                "counters",
                "\(sent.packets) packets, \(sent.bytes) bytes; replies \(answered.packets) packets, \(answered.bytes) bytes"
            )
        }
        return lines
    }

    /// When the kernel confirmed the entry (net.netfilter.nf_conntrack_timestamp).
    private func started(_ nanoseconds: UInt64) -> String {
        let (start, now) = (Moment(nanoseconds: nanoseconds), director.now)
        let age = now.nanoseconds > nanoseconds ? (now.nanoseconds - nanoseconds) / 1_000_000_000 : 0
        return "\(start.clockText(ahead: setting.clocksAhead).prefix(8)), \(AgeText.of(UInt32(clamping: age))) ago"
    }

    /// What happened to it, in the order in which it was seen.
    private func timelineFacts(_ row: FlowRow, _ key: FlowKey) -> [Line] {
        // A capture is of one moment, and has no packets.
        if isCapture { return [] }
        if isRecord, row.mayBeOlder {
            return fact("seen", "since \(AgeText.of(second &- row.appeared)) ago, or before")
        }
        let what = row.isOrphan ? "entry" : "connection"
        let how = row.mayBeOlder ? "the \(what) was there" : "the \(what) appeared"
        var lines = fact("seen", "\(AgeText.of(second &- row.appeared)) ago: \(how)")
        if let event = row.newEvent {
            lines += fact("", "\(AgeText.of(second &- event)) ago: NEW event of its entry")
        } else if row.verdict == .never, let evidence = director.store.evidence {
            let words =
                "no NEW event since before it began; \(evidence.events) of others in \(AgeText.of(evidence.seconds)), none lost"
            lines += fact("", words)
        }
        for mark in director.timeline[key] {
            lines += fact("", "\(mark.moment.clockText(ahead: setting.clocksAhead)): \(mark.text)")
        }
        return lines
    }

    // MARK: An entry

    private var entryDetail: [Line] {
        guard let entry = table.selectedEntry else { return [Line([Run("The entry is gone.", .dim)])] }
        var lines = entryFacts(entry, nil)
        var words: [String] = []
        if let mark = entry.mark, mark != 0 { words.append("mark \(mark)") }
        if let zone = entry.zone ?? entry.original.zone ?? entry.reply.zone { words.append("zone \(zone)") }
        if let id = entry.id { words.append("id \(id)") }
        if !words.isEmpty { lines += fact("", words.joined(separator: ", ")) }
        return lines
    }
}

extension PacketTimeline.Mark {
    /// `FIN INVALID at PRE_ROUTING (FIN,ACK)`
    fileprivate var text: String {
        let packet = "\(headers.packetClass.title) \(ctstate.name)"
        return switch place {
        case .seen(let hook): "\(packet) at \(hook.name) (\(headers.remark))"
        case .dropped(let rule): "\(packet) dropped by \(rule.place)"
        }
    }
}
