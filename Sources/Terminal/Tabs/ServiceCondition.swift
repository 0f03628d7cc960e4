import Addresses
import Conntrack
import IPVS
import Inspection

/// One word of the filter of the services.
struct ServiceCondition: Sendable {
    private let isNegated: Bool
    private let test: @Sendable (Service) -> Bool

    func accepts(_ service: Service) -> Bool { test(service) != isNegated }

    init(text: String, isNegated: Bool) {
        self.isNegated = isNegated
        let wanted = text.lowercased()
        test = { service in
            let servers = service.destinations.map(\.endpoint.description)
            return ([service.identity.description, service.scheduler] + servers).contains {
                $0.lowercased().contains(wanted)
            }
        }
    }

    static let words = ["service", "dst", "scheduler", "method"]

    init(_ word: String, _ values: [String], isNegated: Bool) throws(FilterError) {
        self.isNegated = isNegated
        switch word {
        case "service", "dst", "virtual", "vip":
            var selectors: [ServiceSelector] = []
            for text in values {
                guard let selector = ServiceSelector(text) else {
                    throw FilterError(word, .value(text, takes: "[PROTO/]VIP[:PORT] or fwmark:N"))
                }
                selectors.append(selector)
            }
            let wanted = selectors
            test = { service in wanted.contains { $0.matches(service.identity) } }
        case "scheduler":
            test = { values.contains($0.scheduler) }
        case "method":
            let wanted = values.map { $0.lowercased() }
            test = { service in service.destinations.contains { wanted.contains($0.method.description) } }
        default:
            throw FilterError(word, .unknown(takes: Self.words.joined(separator: ", ")))
        }
    }
}
