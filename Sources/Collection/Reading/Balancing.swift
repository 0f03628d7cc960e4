import Conntrack
import IPVS
import Inspection
import Netlink

/// What checks need of IPVS.
struct Balancing {
    let services: Fact<[Service]>
    let configuration: Fact<Director.Configuration>
    private(set) var errors: [KernelError] = []

    private static let absence = "IPVS is not loaded here"

    init(reading source: any KernelSource) {
        let (director, directorError) = Fact<Director.Configuration>.reading(absent: Self.absence) {
            () throws(KernelError) in .known(try Director(source).configuration())
        }
        let (services, servicesError) = Fact<[Service]>.reading(absent: Self.absence) { () throws(KernelError) in
            var losses: [Loss] = []
            let services = try DirectorReader.services(
                of: try Director(source), attempts: Table.attempts, &losses)
            return losses.first.map { .incomplete(services, "\($0.what): \($0.why)") } ?? .known(services)
        }
        (self.services, configuration) = (services, director)
        errors = [servicesError, directorError].compactMap(\.self)
    }

    /// - Parameter reason: why it was not read.
    init(without reason: String) { (services, configuration) = (.absent(reason), .absent(reason)) }

    init(given services: [Service]) {
        self.services = .known(services)
        configuration = .absent("services were given in a file, and IPVS was not read")
    }
}
