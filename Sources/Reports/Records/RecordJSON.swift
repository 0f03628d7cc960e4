import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Writes a record: JSON lines as in `docs/schema/record.json`. Each says when and where, so that lines of many directors can be thrown together.
package final class RecordJSON {
    private var json: JSONWriter
    private let origin: Origin
    /// Lines since the last flush.
    private var lines = 0
    private static let mostLines = 256

    /// - Parameters:
    ///   - origin: which director.
    ///   - sink: gets whole pieces of the text, which need not end with a line.
    package init(_ origin: Origin, to sink: @escaping (RawSpan) -> Void) {
        self.origin = origin
        json = JSONWriter(sink)
    }

    package func flush() {
        lines = 0
        json.flush()
    }

    /// The first line of a record, and of each of its segments: who writes, and how often readings are made.
    ///
    /// - Parameters:
    ///   - segment: which it begins, from 1.
    ///   - goesOn: whether the recorder wrote the segment before, so that what was told there still holds.
    package func begin(_ segment: Int, goesOn: Bool, at time: Moment, every interval: Duration, observes: Bool) {
        line("start", time) { json in
            json.schema("record")
            json.member("segment", segment)
            json.member("goes_on", goesOn)
            json.member("kernel", origin.kernelRelease)
            json.member("interval_ms", interval.milliseconds)
            json.member("observes", observes)
        }
    }

    /// The last line of a record that was ended, and did not just stop.
    package func end(at time: Moment) { line("end", time) { _ in } }

    package func write(_ event: RecordedEvent, at time: Moment) {
        switch event {
        case .flow(let flow): line("flow", time) { $0.members(of: flow) }
        case .service(let change, let isFound): write(change, isFound: isFound, at: time)
        case .configuration(let change, let isFound): write(change, of: "ipvs", isFound: isFound, at: time)
        case .setting(let change, let isFound): write(change, of: "setting", isFound: isFound, at: time)
        case .finding(let finding, let isRaised):
            line("finding", time) { json in
                json.member("change", isRaised ? "raised" : "cleared")
                json.member("finding") { $0.members(of: finding) }
            }
        case .ruleset(let commit): line("ruleset", time) { $0.members(of: commit) }
        case .minute(let minute): line("minute", time) { $0.members(of: minute) }
        case .traffic(let minute): line("traffic", time) { $0.members(of: minute) }
        case .drops(let drops): line("drops", time) { $0.members(of: drops) }
        case .loss(let loss):
            line("loss", time) { $0.members(of: loss) }
        }
    }

    private func write(_ change: DirectorComparison.Change, of record: String, isFound: Bool, at time: Moment) {
        line(record, time) { json in
            json.member("change", isFound ? "found" : change.presence.rawValue)
            json.members(of: change)
        }
    }

    /// A line for the service, and one for each real server.
    private func write(_ change: DirectorComparison.ServiceChange, isFound: Bool, at time: Moment) {
        func word(_ presence: DirectorComparison.Presence) -> String { isFound ? "found" : presence.rawValue }
        if !change.properties.isEmpty || change.presence != .changed {
            line("service", time) { json in
                json.member("change", word(change.presence))
                json.identity("service", change.identity)
                json.properties(change.properties)
            }
        }
        for destination in change.destinations {
            line("server", time) { json in
                json.member("change", word(destination.presence))
                json.identity("service", change.identity)
                json.endpoint("destination", destination.endpoint)
                json.properties(destination.properties)
            }
        }
    }

    private func line(_ record: String, _ time: Moment, _ fill: (inout JSONWriter) -> Void) {
        json.object { json in
            json.member("time", time)
            json.member("host", origin.host)
            json.member("netns", origin.networkNamespace)
            json.member("record", record)
            fill(&json)
        }
        json.newline()
        lines += 1
        if lines >= Self.mostLines { flush() }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of flow: FlowChange) {
        member("change", flow.kind.rawValue)
        ends(
            flow.protocol, client: flow.client, virtual: flow.virtual, destination: flow.destination, flow.service)
        member("verdict", flow.verdict.rawValue)
        optional("before", flow.before?.rawValue)
        member("ipvs_state", flow.state)
        member("entry_state", flow.entryState)
        optional("stuck", flow.reason?.rawValue)
        member("age_s", flow.age)
        member("stuck_s", flow.stuckFor)
    }

    fileprivate mutating func members(of commit: RulesetCommit) {
        member("generation", commit.generation)
        member("process", commit.process)
        member("pid", commit.pid)
    }

    fileprivate mutating func members(of minute: TableMinute) {
        member("seconds", minute.seconds)
        member("entries", minute.entries)
        member("limit", minute.limit)
        member("counters") { json in
            for (counter, growth) in minute.grown {
                json.key(text: counter.name)
                json.number(growth)
            }
        }
        flows(minute.verdicts)
    }

    fileprivate mutating func members(of minute: ServiceMinute) {
        identity("service", minute.service)
        member("seconds", minute.seconds)
        member("connections", minute.connections)
        member("packets_in", minute.packetsIn)
        member("packets_out", minute.packetsOut)
        member("bytes_in", minute.bytesIn)
        member("bytes_out", minute.bytesOut)
        flows(minute.verdicts)
    }

    private mutating func flows(_ counts: VerdictCounts) {
        member("flows") { json in
            for verdict in FlowVerdict.allCases {
                json.key(text: verdict.rawValue)
                json.number(counts[verdict])
            }
            json.member("stuck", counts.stuck)
        }
    }

    fileprivate mutating func members(of drops: DropsMinute) {
        member("seconds", drops.seconds)
        member("packets", drops.packets)
        switch drops.subject {
        case .place(let kind):
            switch kind.owner {
            case .service(let service): identity("service", service)
            case .address(let address, let port):
                member("address", address.description)
                member("port", port)
            }
            member("where", kind.place.rawValue)
            member("class", kind.packetClass.name)
            member("ctstate", kind.ctstate.name)
        case .rule(let rule): member("rule", rule.place)
        }
    }
}

extension DirectorComparison.Change {
    fileprivate var presence: DirectorComparison.Presence {
        before == nil ? .added : after == nil ? .removed : .changed
    }
}
