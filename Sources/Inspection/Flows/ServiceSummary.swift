import IPVS

/// How many of a service's connections are in the conntrack table.
package struct ServiceSummary: Equatable, Sendable {
    /// Nil for flows whose service is unknown.
    package var service: Service?
    /// Connections, without templates.
    package var connections: Int { verdicts.connections }
    /// Persistence templates.
    package var templates = 0
    package var verdicts = VerdictCounts()

    /// The number of flows with a verdict.
    package func count(_ verdict: FlowVerdict) -> Int { verdicts[verdict] }
}

extension FlowReport {
    /// One summary per service, in the services' order; flows without one come last.
    package func summaries(_ services: [Service]) -> [ServiceSummary] {
        var byService: [Service.Identity?: ServiceSummary] = [:]
        for service in services { byService[service.identity] = ServiceSummary(service: service) }
        for (route, counts) in counts where counts != VerdictCounts() {
            byService[route.service, default: ServiceSummary()].verdicts += counts
        }
        for template in templates { byService[template.service, default: ServiceSummary()].templates += 1 }
        return services.compactMap { byService[$0.identity] } + (byService[nil].map { [$0] } ?? [])
    }
}
