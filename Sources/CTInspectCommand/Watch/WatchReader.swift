import Conntrack
import IPVS
import Inspection
import Netlink
import Terminal

/// Reads a director once, and hands everything over as it comes, in the order in which `FlowBoard` needs it. Without IPVS the table alone.
struct WatchReader {
    private let kernel: any KernelSource
    private let deliver: (WatchEvent) -> Void
    private let row: (Connection) -> Void
    private let entry: (Entry) -> Void

    /// So many flows are looked for once more in one reading, the others in the next: some 140,000 a second go.
    private static let mostLooks = 5000

    /// - Parameters:
    ///   - deliver: gets each event but those of single rows.
    ///   - row: gets each connection, of which there may be a million.
    ///   - entry: gets each entry of the table.
    init(
        _ kernel: any KernelSource, _ deliver: @escaping (WatchEvent) -> Void, row: @escaping (Connection) -> Void,
        entry: @escaping (Entry) -> Void
    ) {
        self.kernel = kernel
        self.deliver = deliver
        self.row = row
        self.entry = entry
    }

    /// - Parameters:
    ///   - model: what the reading is for; it is told by `deliver`, and read anew from `current`.
    ///   - settle: is called before the end: takes the events that came until then, and tells how long the reading took and what pause follows.
    func read(
        _ current: @autoclosure () -> Model, settle: () -> (took: Duration, pause: Duration)
    ) throws(KernelError) {
        var losses: [Loss] = []
        let services = try services(&losses)
        let sysctls = Photographer.sysctls(from: kernel)
        deliver(.began(services ?? [], sysctls))
        if services != nil { try readConnections(&losses) } else { deliver(.connectionsEnded(isWhole: true)) }
        // Nobody's entries need not be read.
        if services?.isEmpty == false || current().wishes.entries != nil { try readEntries(&losses) }
        for (slot, tuples) in current().unsettled(atMost: Self.mostLooks) { try look(slot, tuples) }
        let (took, pause) = settle()
        if sysctls.number(Sysctls.conntrackEvents) == 0 {
            losses.append(
                Loss("the verdict never", "\(Sysctls.conntrackEvents) is 0, so there are no NEW events to tell by"))
        }
        deliver(
            .finished(
                ReadingOutcome(took: took, pause: pause, losses: losses + sysctls.losses)))
    }

    /// Nil where there is no IPVS (any more).
    private func services(_ losses: inout [Loss]) throws(KernelError) -> [Service]? {
        let director: Director
        do throws(KernelError) {
            director = try Director(kernel)
        } catch {
            guard error.cause == .absent else { throw error }
            deliver(.director(absentBecause: error.description))
            return nil
        }
        deliver(.director(absentBecause: nil))
        let listing = try director.services()
        if listing.interrupted { losses.append(Loss("the services of IPVS", "they changed while they were read")) }
        return listing.services
    }

    private func readConnections(_ losses: inout [Loss]) throws(KernelError) {
        let completeness = try Director.connections(from: kernel, row)
        if case .cut(let why) = completeness { losses.append(Loss("connections of IPVS", why)) }
        deliver(.connectionsEnded(isWhole: completeness == .whole))
    }

    /// What the kernel interrupts is not read again at once: the next reading is near.
    private func readEntries(_ losses: inout [Loss]) throws(KernelError) {
        let isWhole = try Table.repeating(1) { () throws(KernelError) in try Table(kernel).dump { entry($0) } }
        if !isWhole { losses.append(Loss("the conntrack table", "it changed while it was read, or answers were lost")) }
        deliver(.entriesEnded(isWhole: isWhole))
    }

    private func look(_ slot: UInt32, _ tuples: [Tuple]) throws(KernelError) {
        for tuple in tuples {
            if let entry = try Table(kernel).entry(for: tuple) { return deliver(.looked(slot, entry)) }
        }
        deliver(.looked(slot, nil))
    }
}
