import Addresses
import Conntrack
import IPVS
import Inspection

/// The export of a tab of `watch` that no other command has: what is on the screen, without its limits.
package struct WatchDocument: Snapshot {
    /// Of the last reading.
    package var origin: Origin
    /// Those that determine what the verdicts mean.
    package var sysctls: Sysctls
    /// What is missing, as shown on the screen.
    package var losses: [Loss]
    /// The filter as typed.
    package var filter: String
    /// What is known about the director, worst first.
    package var findings: [Finding]
    /// Of the last reading.
    package var connections: ConnectionExtent

    /// The beginning of a document; the rows are passed to `write`.
    package init(
        _ origin: Origin, sysctls: Sysctls,
        losses: [Loss], filter: String, findings: [Finding], connections: ConnectionExtent
    ) {
        self.connections = connections
        self.origin = origin
        self.sysctls = sysctls
        self.losses = losses
        self.filter = filter
        self.findings = findings
    }

    package struct ServiceRow: Sendable {
        /// As last read.
        package var service: Service
        /// Its flows by verdict.
        package var counts: VerdictCounts
        package var rates: EstimatedRates?
        /// Nil if nothing is observed.
        package var observed: ObservationRates.Rates?

        package init(
            _ service: Service, _ counts: VerdictCounts, _ rates: EstimatedRates?, observed: ObservationRates.Rates?
        ) {
            self.service = service
            self.counts = counts
            self.rates = rates
            self.observed = observed
        }
    }

    /// - Parameter rows: in the order of the screen.
    package func write(services rows: [ServiceRow], to sink: @escaping (RawSpan) -> Void) {
        write("services", to: sink) { json in json.member("services", array: rows) { $0.watched($1) } }
    }

    /// - Parameters:
    ///   - slots: of the store's rows, in the order of the screen.
    ///   - second: the current time, in the store's time.
    package func write(
        flows slots: [UInt32], of store: FlowStore, at second: UInt32, to sink: @escaping (RawSpan) -> Void
    ) {
        write("flows", to: sink) { json in
            json.member("flows", array: slots.lazy.compactMap { store[$0] }.filter { !$0.isPending }) { json, row in
                json.watched(row, of: store, at: second, sysctls)
            }
        }
    }

    /// All of them are in every document.
    package func writeFindings(to sink: @escaping (RawSpan) -> Void) { write("findings", to: sink) { _ in } }

    func write(
        _ tab: String, to sink: @escaping (RawSpan) -> Void, _ fill: (inout JSONWriter) -> Void
    ) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "watch")
            json.member("connections_read", connections.read)
            json.member("connections_known", connections.known)
            json.member("tab", tab)
            json.member("filter", filter)
            json.member("trap", findings.worst?.statement)
            json.member("next_step", findings.worst?.remedies.nextStep())
            json.findings(findings)
            fill(&json)
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func watched(_ row: WatchDocument.ServiceRow) {
        object { json in
            json.identity(row.service.identity)
            json.member("scheduler", row.service.scheduler)
            json.verdicts(row.counts)
            json.rates(row.rates)
            guard let rates = row.observed else { return }
            json.member("dropped", rates.droppedInAll)
            json.member("dropped_per_second", Self.whole(rates.dropped))
            json.member("ctstates_per_second") { json in
                for (state, rate) in rates.states.sorted(by: { $0.key < $1.key }) {
                    json.key(text: state.name)
                    json.number(Self.whole(rate))
                }
            }
        }
    }

    mutating func verdicts(_ counts: VerdictCounts) {
        member("connections", counts.connections)
        for (name, verdict) in Self.verdicts { member(name, counts[verdict]) }
        member("stuck", counts.stuck)
        if counts[.synced] > 0 { member("synced", counts[.synced]) }
    }

    mutating func rates(_ rates: EstimatedRates?) {
        member("connections_per_second", rates?.connections)
        member("packets_per_second", rates?.packets)
        member("bytes_per_second", rates?.bytes)
    }

    private static var verdicts: [(StaticString, FlowVerdict)] {
        [
            ("absent", .absent), ("never", .never), ("unreplied", .unreplied), ("tracked", .tracked),
            ("orphans", .orphan),
        ]
    }

    static func whole(_ rate: Double) -> UInt64 { UInt64(max(0, min(rate, 1e15)).rounded()) }

    fileprivate mutating func watched(
        _ row: FlowRow, of store: FlowStore, at second: UInt32, _ sysctls: Sysctls
    ) {
        let route = store.route(of: row)
        object { json in
            json.ends(
                route.protocol, client: row.client, virtual: route.virtual, destination: route.destination,
                route.service)
            json.member("method", route.method?.description)
            if route.isLocal { json.member("local", true) }
            json.member("ipvs_state", store.state(of: row))
            json.member("expires", row.isOrphan || row.isRecorded ? nil : row.expires)
            json.member("packets", row.packets)
            json.member("fwmark", row.firewallMark)
            json.flags(row.flags)
            json.member("verdict", row.verdict.rawValue)
            json.member("stuck", store.stuckReason(of: row)?.words)
            json.member("doubtful", row.isDoubtful)
            json.member("reason", store.reason(of: row, sysctls).words)
            json.member("conntrack_state", store.entryState(of: row))
            json.member("ctstates", strings: row.ctstates.names)
            json.member("seen_for", second &- row.appeared)
        }
    }
}
