import Addresses
import Conntrack
import IPVS
import Inspection

/// One word of the service filter.
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

    /// - Parameter values: comma-separated; any of them matches.
    /// - Throws: if a value is invalid, or there is no such word.
    init(_ word: String, _ values: String, isNegated: Bool) throws(FilterError) {
        self.isNegated = isNegated
        switch word {
        case "service", "dst", "virtual", "vip":
            let wanted = try FilterText.values(word, values, takes: ServiceSelector.takes, ServiceSelector.init)
            test = { service in wanted.contains { $0.matches(service.identity) } }
        case "scheduler":
            let wanted = try FilterText.values(word, values, takes: "a scheduler") { $0 }
            test = { wanted.contains($0.scheduler) }
        case "method":
            let wanted = try FilterText.values(word, values, takes: "a method") { $0.lowercased() }
            test = { service in service.destinations.contains { wanted.contains($0.method.description) } }
        default:
            throw FilterError(word, .unknown(takes: Self.words.joined(separator: ", ")))
        }
    }
}
