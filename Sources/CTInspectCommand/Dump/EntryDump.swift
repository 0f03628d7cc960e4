import Conntrack
import Inspection
import Netlink
import Reports

/// Dumps entries that match a filter, and prints them or a summary; why there are none, or none has counters, is said on standard error.
struct EntryDump {
    private let kernel: any KernelSource
    let kind: Table.Kind
    let filter: EntryFilter
    /// Where the output goes.
    private let sink: (RawSpan) -> Void
    private let complain: (String) -> Void
    private let progress = Progress()

    init(
        _ kernel: any KernelSource, _ kind: Table.Kind, matching filter: EntryFilter,
        to sink: @escaping (RawSpan) -> Void = Output.write, complain: @escaping (String) -> Void = Output.complain
    ) {
        self.kernel = kernel
        self.kind = kind
        self.filter = filter
        self.sink = sink
        self.complain = complain
    }

    /// What was dumped.
    private struct Extent {
        var entries = 0
        var areCounted = false
        var isWhole = false
    }

    /// Prints entries as they arrive; or, if an incomplete dump is to be repeated, once one was complete.
    ///
    /// - Throws: if no dump was complete, after printing what there is.
    func print(_ form: EntryWriter.Form, _ onInterrupt: OnInterrupt) throws(KernelError) {
        let buffer: OutputBuffer? = onInterrupt == .repeat ? try OutputBuffer() : nil
        var writer = EntryWriter(form, sink)
        let extent = try entries(attempts: buffer == nil ? 1 : Table.attempts) {
            guard let buffer else { return }
            buffer.clear()
            writer = EntryWriter(form, buffer.write)
        } _: {
            writer.write($0)
        }
        writer.flush()
        buffer?.copy(to: sink)
        if extent.isWhole { return remark(on: extent, counters: form.hasCounters) }
        throw buffer == nil
            ? Table.notWhole("the conntrack table", attempts: 1, nextStep: "--on-interrupt repeat tries again")
            : Table.notWhole("the conntrack table")
    }

    func printCount(asJSON: Bool) throws(KernelError) {
        let extent = try entries {
        } _: { _ in
        }
        Self.print(count: extent.entries, isWhole: extent.isWhole, asJSON: asJSON, to: sink)
        if !extent.isWhole { throw Table.notWhole("the conntrack table") }
        remark(on: extent)
    }

    static func print(
        count: Int, isWhole: Bool, asJSON: Bool, to sink: @escaping (RawSpan) -> Void = Output.write
    ) {
        guard asJSON else { return sink(Array("\(count)\n".utf8).span.bytes) }
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("dump")
            json.member("entries", count)
            json.member("complete", isWhole)
        }
        json.finish()
    }

    func printTop(_ top: Top, _ style: Style, asJSON: Bool) throws(KernelError) {
        var tally = EntryTally(by: top.subject)
        let extent = try entries {
            tally = EntryTally(by: top.subject)
        } _: {
            tally.count($0)
        }
        if asJSON {
            tally.writeJSON(top: top.most, isWhole: extent.isWhole, to: sink)
        } else {
            let lines = tally.text(top: top.most, style)
            sink(Array((lines.joined(separator: "\n") + "\n").utf8).span.bytes)
        }
        if !extent.isWhole { throw Table.notWhole("the conntrack table") }
        remark(on: extent)
    }

    /// - Parameter counters: whether they would be shown.
    private func remark(on extent: Extent, counters: Bool = false) {
        guard kind == .conntrack else { return }
        if extent.entries == 0, filter.isEmpty {
            complain(TableRemark.onEmptyTable(in: kernel))
        } else if extent.entries > 0, counters, !extent.areCounted,
            let remark = TableRemark.onMissingCounters(in: kernel)
        {
            complain(remark)
        }
    }

    private func entries(
        attempts: Int = Table.attempts, begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Extent {
        defer { progress.end() }
        var extent = Extent()
        extent.isWhole = try Table(kernel).dumpRepeatedly(kind, matching: filter, attempts: attempts) {
            extent = Extent()
            begin()
        } _: { entry in
            each(entry)
            extent.entries += 1
            if entry.originalCounters != nil { extent.areCounted = true }
            progress.show("\(extent.entries) conntrack entries", at: extent.entries)
        }
        return extent
    }
}
