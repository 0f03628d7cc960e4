import Addresses
import IPVS
import Inspection

extension Picture {
    /// The document of `flows --json`. With `summaryOnly` the services without their flows.
    public func writeJSON(_ filter: FlowFilter, summaryOnly: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "flows")
            if let watch = report.watch { json.evidence("watch", watch) }
            json.member("services", array: summaries) { $0.summary($1, isWatched: report.watch != nil) }
            if !summaryOnly {
                json.member("flows", array: report.flows.lazy.filter(filter.shows)) { json, flow in
                    json.object { $0.members(of: flow, report.watch) }
                }
                json.member("templates", array: report.templates) { $0.template($1) }
            }
            json.member("conclusion", strings: report.conclusion)
        }
        json.finish()
    }

    /// The document of `services --json`.
    public func writeServicesJSON(_ configuration: Director.Configuration, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "services")
            json.configuration(configuration)
            json.member("services", array: services) { $0.service($1) }
        }
        json.finish()
    }
}

extension JSONWriter {
    mutating func identity(_ service: Service.Identity) {
        switch service {
        case .address(let `protocol`, let endpoint):
            member("protocol", `protocol`.description)
            member("address", endpoint.address.description)
            member("port", endpoint.port)
            member("fwmark", nothing: ())
        case .fwmark(let mark, let family):
            member("protocol", nothing: ())
            member("address", nothing: ())
            member("port", nothing: ())
            member("fwmark", mark)
            member("family", family == .ipv4 ? "ipv4" : "ipv6")
        }
    }

    mutating func identity(_ name: StaticString, _ service: Service.Identity?) {
        key(name)
        if let service { object { $0.identity(service) } } else { null() }
    }

    mutating func endpoint(_ name: StaticString, _ endpoint: Endpoint?) {
        key(name)
        guard let endpoint else { return null() }
        object { json in
            json.member("address", endpoint.address.description)
            json.member("port", endpoint.port)
        }
    }

    fileprivate mutating func summary(_ summary: ServiceSummary, isWatched: Bool) {
        object { json in
            if let service = summary.service {
                json.identity(service.identity)
            } else {
                json.member("protocol", nothing: ())
                json.member("address", nothing: ())
                json.member("port", nothing: ())
                json.member("fwmark", nothing: ())
            }
            json.member("scheduler", summary.service?.scheduler)
            json.member("connections", summary.connections)
            json.member("absent", summary.count(.absent))
            // Only a watch can tell that a flow never was in the table.
            json.member("never", isWatched ? summary.count(.never) : nil)
            json.member("unreplied", summary.count(.unreplied))
            json.member("tracked", summary.count(.tracked))
            json.member("orphans", summary.count(.orphan))
            json.member("templates", summary.templates)
        }
    }

    mutating func members(of flow: Flow, _ watch: WatchEvidence?) {
        member("protocol", flow.protocol.description)
        endpoint("client", flow.client)
        endpoint("virtual", flow.virtual)
        endpoint("destination", flow.connection?.destination)
        identity("service", flow.service)
        member("method", flow.method?.description)
        member("ipvs_state", flow.connection?.state)
        member("expires", flow.connection?.expires)
        optional("persistence_engine", flow.connection?.persistenceEngine)
        member("verdict", flow.verdict.rawValue)
        member("reason", flow.reason)
        if flow.verdict == .never, let watch { evidence("evidence", watch) }
        if !flow.doubts.isEmpty { member("doubts", strings: flow.doubts) }
        key("entry")
        if let entry = flow.entry { self.entry(entry) } else { null() }
    }

    fileprivate mutating func evidence(_ name: StaticString, _ evidence: WatchEvidence) {
        member(name) { json in
            json.member("from", evidence.from)
            json.member("to", evidence.to)
            json.member("events", evidence.events)
            json.member("losses", evidence.losses)
        }
    }

    fileprivate mutating func template(_ template: FlowTemplate) {
        let connection = template.connection
        object { json in
            json.member("protocol", connection.protocol.description)
            json.endpoint("client", connection.client)
            json.endpoint("virtual", connection.virtual)
            json.endpoint("destination", connection.destination)
            json.identity("service", template.service)
            json.member("ipvs_state", connection.state)
            json.member("expires", connection.expires)
            json.optional("persistence_engine", connection.persistenceEngine)
            if !template.doubts.isEmpty { json.member("doubts", strings: template.doubts) }
        }
    }
}
