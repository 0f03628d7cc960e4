import Addresses
import Conntrack
import IPVS
import Inspection
import Reports

/// What is shown, as JSON: for the table the lines of `dump --json`, for the stream those of `events --json`, for health the document of
/// `stats --json`, for the other tabs a document of its own.
extension Model {
    var exportPath: String {
        let time = String(director.now.clockText(ahead: setting.clocksAhead).prefix(8)).filter { $0 != ":" }
        let ending = tab == .table || tab == .events ? "jsonl" : "json"
        return "\(setting.folder)/ct-inspect-\(tab.rawValue)-\(time).\(ending)"
    }

    /// Writes what is shown.
    package func writeDocument(to sink: @escaping (RawSpan) -> Void) {
        switch tab {
        case .services: heading.write(services: serviceRows, to: sink)
        case .servers: heading.write(servers: serverRows, to: sink)
        case .drops: heading.write(drops: drops.rows, to: sink)
        case .findings: heading.writeFindings(to: sink)
        case .flows: heading.write(flows: flows.order, of: director.store, at: second, to: sink)
        case .table: writeTable(to: sink)
        case .events: writeEvents(to: sink)
        case .health: director.health.statistics?.writeJSON(since: director.health.change, verbose: true, to: sink)
        }
    }

    private var heading: WatchDocument {
        WatchDocument(
            Origin(
                takenAt: setting.captureTakenAt ?? director.reading.time ?? director.now, host: setting.host,
                kernelRelease: setting.kernelRelease, networkNamespace: setting.networkNamespace),
            sysctls: director.sysctls, losses: director.reading.losses, filter: list.filter,
            findings: director.findings,
            connections: director.reading.connections)
    }

    private var serviceRows: [WatchDocument.ServiceRow] {
        services.lines.compactMap { line in
            line.service.map {
                WatchDocument.ServiceRow($0, line.counts, line.rates, observed: line.observed)
            }
        }
    }

    private var serverRows: [WatchDocument.ServerRow] {
        servers.lines.map { line in
            WatchDocument.ServerRow(
                services: line.services.map(\.identity), address: line.endpoint.address,
                port: servers.isGrouped ? nil : line.endpoint.port, destinations: line.destinations,
                counts: line.counts, rates: line.rates, seenDropped: line.seenDropped, path: line.path)
        }
    }

    private func writeTable(to sink: @escaping (RawSpan) -> Void) {
        if let tally = table.talkers.tally {
            return tally.writeJSON(top: Talkers<EntryTally>.most, isWhole: table.entries.isWhole, to: sink)
        }
        var json = JSONWriter(sink)
        for position in table.order {
            guard let entry = table.entries.entry(Int(position)) else { continue }
            json.entry(entry)
            json.newline()
        }
        json.flush()
    }

    private func writeEvents(to sink: @escaping (RawSpan) -> Void) {
        let json = EventJSON<Entry>(to: sink)
        for line in events.lines(from: 0, most: .max) {
            switch line {
            case .event(let event): json.write(.event(event))
            case .lost(let messages, let moment):
                json.write(.lost(LostEvents(messages: messages, time: moment, resyncIn: .zero)))
            case .recorded(let line): line.value.withText { sink($0) }
            case .resynced: break
            }
        }
        json.flush()
    }
}
