import Conntrack
import IPVS
import Inspection
import Netlink

/// Asks a kernel everything that the reading commands ask, so that a recording of it answers them all.
struct Recording {
    let statistics: TableStatistics
    /// What of it is a director's; nil where there is no IPVS.
    let picture: Picture?
    /// Why there is no picture.
    let absence: KernelError?
    let losses: [Loss]

    init(of source: any KernelSource) throws(KernelError) {
        statistics = try TableStatistics(reading: source)
        let photographer: Photographer
        do throws(KernelError) { photographer = try Photographer(source) } catch {
            guard error.cause == .absent else { throw error }
            absence = error
            picture = nil
            losses = try Self.losses(ofTableIn: source) + statistics.losses
            return
        }
        let taken = try photographer.picture()
        // No flow needs it, but `services` does.
        _ = try photographer.director.configuration()
        picture = taken
        absence = nil
        losses = taken.losses
    }

    /// Asks for the table and the settings alone.
    private static func losses(ofTableIn source: any KernelSource) throws(KernelError) -> [Loss] {
        var losses: [Loss] = []
        _ = try Photographer.joined(FlowJoin(ConnectionList(), []), with: Table(source), Progress(), &losses)
        return losses + Photographer.sysctls(from: source).losses
    }
}
