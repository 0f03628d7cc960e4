import IPVS

/// How many of a service's connections are in the conntrack table.
package struct ServiceSummary: Equatable, Sendable {
    /// Nil for flows whose service is not known.
    package var service: Service?
    /// Connections, templates left out.
    package var connections = 0
    /// Persistence templates.
    package var templates = 0
    /// How many flows have which verdict; one that none has is left out.
    package var verdicts: [Verdict: Int] = [:]

    /// How many flows have a verdict.
    package func count(_ verdict: Verdict) -> Int { verdicts[verdict, default: 0] }
}

extension FlowReport {
    /// One summary a service, in the services' order; flows without one come last.
    package func summaries(_ services: [Service]) -> [ServiceSummary] {
        var byService: [Service.Identity?: ServiceSummary] = [:]
        for service in services { byService[service.identity] = ServiceSummary(service: service) }
        for flow in flows {
            byService[flow.service, default: ServiceSummary()].verdicts[flow.verdict, default: 0] += 1
            if flow.connection != nil { byService[flow.service, default: ServiceSummary()].connections += 1 }
        }
        for template in templates { byService[template.service, default: ServiceSummary()].templates += 1 }
        return services.compactMap { byService[$0.identity] } + (byService[nil].map { [$0] } ?? [])
    }
}
