import Conntrack
import Inspection
import Netlink

/// Flows without an entry in the dump may have got one since, or been in a part of the table that was passed already.
extension DirectorReader {
    /// Above this number of flows, a second dump may cost less than look-ups. One look-up takes as long as two or three entries of a dump:
    /// 7 µs versus 2.7 µs.
    private static let fewUnseen = 4096
    private static let entriesForLookup = 2

    func lookAgain(
        _ filters: [EntryFilter], _ sysctls: Sysctls, _ sink: some ReadingSink, _ losses: inout [Loss]
    ) throws(KernelError) {
        guard policy.mostLookups > 0 else { return }
        // No look-up finds an entry that NAT rules rewrote: the next reading settles such flows, or a second dump.
        let isRewritten = sink.withStore { $0.hasRewritten }
        guard policy.dumpsAgain else {
            if !isRewritten { try lookUp(sink, &losses) }
            return
        }
        let unseen = sink.withStore { $0.unsettledCount }
        if isRewritten, unseen == 0 { return }
        var cost = sysctls.number(Sysctls.conntrackCount) ?? .max
        if filters != [EntryFilter()] { cost = cost / Self.walksForDump * filters.count }
        guard isRewritten || unseen > Self.fewUnseen && cost / Self.entriesForLookup < unseen else {
            return try lookUp(sink, &losses)
        }
        let answer = try dump(filters) {
            sink.withStore { $0.beginSecondDump() }
        } _: { entry, message, datagram in
            let whole = datagram.extracting(message.whole)
            sink.withStore { $0.take(entry, $0.keepsEntries ? whole : RawSpan()) }
        }
        losses += Loss.of(
            "the conntrack table, read once more", answer, ifChanged: Self.changed(policy.attempts))
        sink.withStore { $0.endSecondDump(isWhole: answer.isWhole) }
    }

    /// A look-up covers one zone, so each zone seen costs one look-up per flow.
    private static let mostZones = 16
    private static let mostFailures = 10

    private func lookUp(_ sink: some ReadingSink, _ losses: inout [Loss]) throws(KernelError) {
        let (slots, seen) = sink.withStore { ($0.unsettled(atMost: policy.mostLookups), $0.zones) }
        let zones = [0] + seen.subtracting([0]).sorted()
        if zones.count > Self.mostZones, !slots.isEmpty {
            let why = "only \(Self.mostZones) of \(zones.count) zones were looked into once more"
            losses.append(Loss("the conntrack table", why))
        }
        // A capture may lack the answer for some, and an answer may be unusable.
        var failures: [Loss] = []
        for (done, slot) in slots.enumerated() {
            sink.progress("\(done) of \(slots.count) looked up once more", at: done)
            if done & 0x3F == 0, kernel.isStopped {
                throw KernelError("look flows up once more", .stopped, detail: "it was interrupted")
            }
            do throws(KernelError) {
                try lookUp(slot, in: zones.prefix(Self.mostZones), sink)
            } catch {
                guard error.cause == .failed || error.cause == .damaged else { throw error }
                sink.withStore { $0.look(slot, failed: error.description) }
                failures.append(
                    Loss(sink.withStore { $0.tuples(at: slot).first.map { "\($0)" } } ?? "a flow", error.description))
            }
        }
        losses += failures.prefix(Self.mostFailures)
        if failures.count > Self.mostFailures {
            losses.append(
                Loss("\(failures.count - Self.mostFailures) more flows", "they could not be looked up once more"))
        }
    }

    private func lookUp(
        _ slot: UInt32, in zones: some Sequence<UInt16>, _ sink: some ReadingSink
    ) throws(KernelError) {
        let table = Table(kernel)
        var isFound = false
        for tuple in sink.withStore({ $0.tuples(at: slot) }) {
            for zone in zones {
                try table.look(for: tuple, zone: zone) { entry, header, datagram in
                    let message = datagram.extracting(header.whole)
                    isFound = true
                    sink.withStore { $0.look(slot, found: entry, $0.keepsEntries ? message : RawSpan()) }
                }
            }
        }
        if !isFound { sink.withStore { $0.look(slot, found: nil) } }
    }
}
