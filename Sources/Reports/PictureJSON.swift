import Addresses
import IPVS
import Inspection

extension Picture {
    /// The document of `flows --json`. With `summaryOnly` the services without their flows.
    public func writeJSON(_ filter: FlowFilter, summaryOnly: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "flows")
            json.member("services", array: summaries) { $0.summary($1) }
            if !summaryOnly {
                json.member("flows", array: report.flows.lazy.filter(filter.shows)) { $0.flow($1) }
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

    private mutating func identity(_ name: StaticString, _ service: Service.Identity?) {
        key(name)
        if let service { object { $0.identity(service) } } else { null() }
    }

    private mutating func endpoint(_ name: StaticString, _ endpoint: Endpoint?) {
        key(name)
        guard let endpoint else { return null() }
        object { json in
            json.member("address", endpoint.address.description)
            json.member("port", endpoint.port)
        }
    }

    fileprivate mutating func summary(_ summary: ServiceSummary) {
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
            json.member("never", nothing: ())
            json.member("unreplied", summary.count(.unreplied))
            json.member("tracked", summary.count(.tracked))
            json.member("orphans", summary.count(.orphan))
            json.member("templates", summary.templates)
        }
    }

    fileprivate mutating func flow(_ flow: Flow) {
        object { json in
            json.member("protocol", flow.protocol.description)
            json.endpoint("client", flow.client)
            json.endpoint("virtual", flow.virtual)
            json.endpoint("destination", flow.connection?.destination)
            json.identity("service", flow.service)
            json.member("method", flow.method?.description)
            json.member("ipvs_state", flow.connection?.state)
            json.member("expires", flow.connection?.expires)
            json.optional("persistence_engine", flow.connection?.persistenceEngine)
            json.member("verdict", flow.verdict.rawValue)
            json.member("reason", flow.reason)
            if !flow.doubts.isEmpty { json.member("doubts", strings: flow.doubts) }
            json.key("entry")
            if let entry = flow.entry { json.entry(entry) } else { json.null() }
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
