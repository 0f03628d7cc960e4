import Addresses
import IPVS
import Inspection

extension FlowSnapshot {
    /// The document of `flows --json`. With `summaryOnly`, the services without their flows.
    package func writeJSON(summaryOnly: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "flows")
            json.member("connections_read", connections.read)
            json.member("connections_known", connections.known)
            if let proof = report.proof { json.proof("watch", proof) }
            json.member("services", array: summaries) { $0.summary($1, isWatched: report.proof != nil) }
            if !summaryOnly {
                let flows = report.flows
                var members = FlowMembers(flows, report.proof)
                json.key("flows")
                json.array { json in flows.forEachRow { members.write($1, at: $0, to: &json) } }
                json.member("templates", array: report.templates) { $0.template($1) }
            }
            let findings = findings
            json.member("conclusion", strings: findings.map(\.reason))
            json.findings(findings)
        }
        json.finish()
    }

    /// The document of `services --json`.
    package func writeServicesJSON(_ configuration: Director.Configuration, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "services")
            json.configuration(configuration)
            json.member("services", array: services) { $0.service($1) }
            let findings = idleServices
            if !findings.isEmpty { json.findings(findings) }
        }
        json.finish()
    }
}

extension JSONWriter {
    /// The members that identify a service; all null for none.
    mutating func identity(_ service: Service.Identity?) {
        guard case .address(let transport, let endpoint)? = service else {
            member("protocol", nothing: ())
            member("address", nothing: ())
            member("port", nothing: ())
            guard case .fwmark(let mark, let family)? = service else { return member("fwmark", nothing: ()) }
            member("fwmark", mark)
            member("family", family == .ipv4 ? "ipv4" : "ipv6")
            return
        }
        member("protocol", transport.description)
        address(endpoint.address)
        member("port", endpoint.port)
        member("fwmark", nothing: ())
    }

    private mutating func address(_ address: IPAddress) {
        key("address")
        quoted { $0.append(address) }
    }

    mutating func identity(_ name: StaticString, _ service: Service.Identity?) {
        key(name)
        if let service { object { $0.identity(service) } } else { null() }
    }

    /// The endpoints and the service: the first members of anything about a connection.
    mutating func ends(
        _ transport: IPProtocol, client: Endpoint, virtual: Endpoint, destination: Endpoint?,
        _ service: Service.Identity?
    ) {
        member("protocol", transport.description)
        endpoint("client", client)
        endpoint("virtual", virtual)
        endpoint("destination", destination)
        identity("service", service)
    }

    mutating func endpoint(_ name: StaticString, _ endpoint: Endpoint?) {
        key(name)
        guard let endpoint else { return null() }
        object { json in
            json.address(endpoint.address)
            json.member("port", endpoint.port)
        }
    }

    fileprivate mutating func summary(_ summary: ServiceSummary, isWatched: Bool) {
        object { json in
            json.identity(summary.service?.identity)
            json.member("scheduler", summary.service?.scheduler)
            json.member("connections", summary.connections)
            json.member("absent", summary.count(.absent))
            // Only a watch can find that a flow was never in the table.
            json.member("never", isWatched ? summary.count(.never) : nil)
            json.member("unreplied", summary.count(.unreplied))
            json.member("tracked", summary.count(.tracked))
            if summary.count(.synced) > 0 { json.member("synced", summary.count(.synced)) }
            json.member("orphans", summary.count(.orphan))
            json.member("templates", summary.templates)
        }
    }

    mutating func proof(_ name: StaticString, _ proof: NewEventProof) {
        member(name) { json in
            json.member("from", proof.from)
            json.member("to", proof.to)
            json.member("events", proof.events)
            json.member("losses", proof.losses)
        }
    }

    fileprivate mutating func template(_ template: FlowTemplate) {
        let connection = template.connection
        object { json in
            json.ends(
                connection.protocol, client: connection.client, virtual: connection.virtual,
                destination: connection.destination, template.service)
            json.member("ipvs_state", connection.state.name)
            json.member("expires", connection.expires)
            json.member("fwmark", connection.details?.firewallMark)
            json.flags(connection.details?.flags)
            json.optional("persistence_engine", connection.persistenceEngine)
            if !template.doubts.isEmpty { json.member("doubts", strings: template.doubts) }
        }
    }
}
