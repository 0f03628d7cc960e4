import Addresses
import Conntrack
import IPVS
import Inspection

/// The output of `flows --follow`: the existing flows, then each that is new or has a different verdict.
package final class FlowStream {
    private let filter: FlowFilter
    private let style: Style?
    private let clocksAhead: (Moment) -> Int
    private var text: ByteBuffer
    private var json: JSONWriter
    private var totals = VerdictCounts()
    private var findings: [Finding] = []
    private var eventLossesTold = 0
    /// What was missing from readings, without its numbers, which differ from reading to reading.
    private var lossesTold: Set<String> = []

    /// - Parameters:
    ///   - style: nil for JSON, an object per line.
    ///   - clocksAhead: how many seconds local clocks are ahead of UTC at a given time.
    package init(
        _ filter: FlowFilter, _ style: Style?, clocksAhead: @escaping (Moment) -> Int,
        to sink: @escaping (RawSpan) -> Void
    ) {
        self.filter = filter
        self.style = style
        self.clocksAhead = clocksAhead
        text = ByteBuffer(sink)
        json = JSONWriter(sink)
    }

    /// Begins the stream, with the existing flows.
    package func begin(_ snapshot: FlowSnapshot, at time: Moment) {
        if style == nil {
            line("start", time) { $0.heading(snapshot, command: "flows") }
        }
        take(snapshot, at: time) { _ in true }
    }

    /// Prints what is new in it: flows that are new, or have a different verdict.
    package func take(_ snapshot: FlowSnapshot, at time: Moment) { take(snapshot, at: time) { $0.isNews } }

    private func take(_ snapshot: FlowSnapshot, at time: Moment, _ isPrinted: @escaping @Sendable (FlowRow) -> Bool) {
        for loss in newLosses(snapshot) { write(loss, at: time) }
        let chosen = snapshot.narrowed(by: filter)
        findings = chosen.findings
        let report = chosen.report
        for flow in report.flows.filtered(isPrinted) { write(flow, report.proof, at: time) }
        totals = report.counts.reduce(into: VerdictCounts()) { $0 += $1.counts }
        text.flush()
        json.flush()
    }

    private func newLosses(_ snapshot: FlowSnapshot) -> [Loss] {
        let ofEvents = snapshot.losses.suffix(snapshot.eventLosses).dropFirst(eventLossesTold)
        eventLossesTold = max(eventLossesTold, snapshot.eventLosses)
        let ofReading = snapshot.losses.dropLast(snapshot.eventLosses).filter { loss in
            lossesTold.insert("\(loss.what): \(loss.why)".filter { !$0.isNumber }).inserted
        }
        return ofReading + ofEvents
    }

    /// Prints the final number of flows with each verdict, and what they mean.
    package func end(at time: Moment) {
        let totals = FlowVerdict.allCases.filter { $0 != .synced || self.totals[$0] > 0 }
            .map { ($0.rawValue, self.totals[$0]) }
        if style == nil {
            line("end", time) { json in
                for (name, count) in totals {
                    json.key(text: name)
                    json.number(count)
                }
                json.findings(findings)
            }
            json.flush()
        } else {
            let words = totals.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
            text.append(text: "At the end: " + (words.isEmpty ? "no flows" : words.joined(separator: ", ")) + ".\n")
            for sentence in findings.map(\.reason) { text.append(text: sentence.printable + "\n") }
            if let next = findings.nextStep { text.append(text: "Next: \(next).".printable + "\n") }
            text.flush()
        }
    }

    private func line(_ event: String, _ time: Moment, _ fill: (inout JSONWriter) -> Void) {
        json.object { json in
            json.member("event", event)
            json.member("time", time)
            fill(&json)
        }
        json.newline()
    }

    private func write(_ loss: Loss, at time: Moment) {
        guard style != nil else {
            return line("lost", time) { json in
                json.member("what", loss.what)
                json.member("why", loss.why)
            }
        }
        text.append(clockOf: time, offset: clocksAhead(time))
        text.append(text: "  lost  \(loss.what): \(loss.why)".printable + "\n")
    }

    private func write(_ flow: Flow, _ proof: NewEventProof?, at time: Moment) {
        guard let style else {
            return line("flow", time) { json in json.member("flow") { $0.members(of: flow, proof) } }
        }
        let ends = [flow.client, flow.virtual] + (flow.connection.map { [$0.destination] } ?? [])
        let known = [
            "\(flow.protocol) " + ends.map(\.description).joined(separator: " > "), flow.method?.description ?? "-",
            flow.connection?.state.name ?? "-",
        ]
        let verdict = flow.verdict.rawValue + (flow.doubts.isEmpty ? "" : " ?")
        let words = known.map(\.printable) + [style.paint(verdict, flow.verdict.colour), flow.reason.words.printable]
        text.append(clockOf: time, offset: clocksAhead(time))
        text.append(text: "  " + words.joined(separator: "  ") + "\n")
    }
}
