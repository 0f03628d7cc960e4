import IPVS
import Inspection
import Netlink

extension Fact<ConnectionSample> {
    /// So many are read from /proc in a fraction of a second; older kernels need quadratic time.
    private static let most: UInt64 = 20_000
    private static let bound = Duration.seconds(10)

    /// The connections of IPVS, unless destinations count too many. Blocks for a fraction of a second.
    static func connections(of services: [Service], in source: any KernelSource) -> Self {
        let count = services.flatMap(\.destinations).reduce(UInt64(0)) {
            $0 &+ UInt64($1.activeConnections) &+ UInt64($1.inactiveConnections) &+ UInt64($1.persistentConnections)
        }
        guard count <= most else {
            return .absent("IPVS has \(count) connections; more than \(most) are not read twice")
        }
        var sample = ConnectionSample()
        do throws(KernelError) {
            let completeness = try Director.connections(from: source, within: bound) {
                sample = ConnectionSample()
            } _: {
                $0.forEach { sample.take($0) }
            }
            if case .cut(let why) = completeness { return .incomplete(sample, why) }
            return .known(sample)
        } catch {
            return error.cause == .absent ? .absent("IPVS lists no connections here") : .unreadable(error.description)
        }
    }
}
