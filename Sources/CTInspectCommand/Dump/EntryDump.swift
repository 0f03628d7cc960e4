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

    private let what = "the conntrack table"

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
        var answer = Answer()
    }

    /// Prints entries as they arrive; or, if an incomplete dump is to be repeated, once one was complete.
    ///
    /// - Parameter summaryLine: whether a last line, of JSON, says how many there were.
    /// - Throws: if no dump was complete, after printing what there is.
    func print(
        _ form: EntryWriter.Form, _ onInterrupt: OnInterrupt, summaryLine: Bool = false
    ) throws(KernelError) {
        let buffer: OutputBuffer? = onInterrupt == .repeat ? try OutputBuffer() : nil
        var writer = EntryWriter(form, sink)
        var lacksCounters = form.hasCounters
        let extent = try entries(attempts: buffer == nil ? 1 : Table.attempts) {
            guard let buffer else { return }
            buffer.clear()
            writer = EntryWriter(form, buffer.write)
        } _: { entry in
            if lacksCounters { lacksCounters = entry.originalCounters == nil }
            writer.write(entry)
        }
        writer.flush()
        buffer?.copy(to: sink)
        var trouble: KernelError?
        if !extent.answer.isWhole {
            trouble =
                buffer == nil
                ? Table.notWhole(what, extent.answer, attempts: 1, nextStep: "--on-interrupt repeat tries again")
                : Table.notWhole(what, extent.answer)
        }
        if summaryLine { DumpSummary(entries: extent.entries, of: what, trouble).write(to: sink) }
        if let trouble { throw trouble }
        remark(on: extent, lacksCounters: lacksCounters)
    }

    /// Prints one entry.
    func print(_ lookup: EntryLookup, _ form: EntryWriter.Form) throws(KernelError) {
        let entry = try Table(kernel).entry(lookup)
        var writer = EntryWriter(form, sink)
        writer.write(entry)
        writer.flush()
    }

    func printCount(asJSON: Bool) throws(KernelError) {
        let extent = try entries(begin: {}) { _ in }
        Self.print(count: extent.entries, isWhole: extent.answer.isWhole, asJSON: asJSON, to: sink)
        if !extent.answer.isWhole { throw Table.notWhole(what, extent.answer) }
        remark(on: extent)
    }

    /// - Parameter isWhole: if not, the number is wrong, and not told.
    static func print(
        count: Int, isWhole: Bool, asJSON: Bool, to sink: @escaping (RawSpan) -> Void = Output.write
    ) {
        let count = isWhole ? count : nil
        guard asJSON else { return count.map { sink(Array("\($0)\n".utf8).span.bytes) } ?? () }
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("dump")
            json.member("entries", count)
            json.member("complete", isWhole)
        }
        json.finish()
    }

    func printTop(_ top: Top<EntryTally.Subject>, _ style: Style, asJSON: Bool) throws(KernelError) {
        var tally = EntryTally(by: top.subject)
        let extent = try entries {
            tally = EntryTally(by: top.subject)
        } _: {
            tally.count($0)
        }
        if asJSON {
            tally.writeJSON(top: top.most, isWhole: extent.answer.isWhole, to: sink)
        } else {
            let lines = tally.text(top: top.most, style)
            sink(Array((lines.joined(separator: "\n") + "\n").utf8).span.bytes)
        }
        if !extent.answer.isWhole { throw Table.notWhole(what, extent.answer) }
        remark(on: extent)
    }

    private func remark(on extent: Extent, lacksCounters: Bool = false) {
        guard kind == .conntrack else { return }
        if extent.entries == 0, filter.isEmpty {
            complain(TableRemark.onEmptyTable(in: kernel))
        } else if extent.entries > 0, lacksCounters, let remark = TableRemark.onMissingCounters(in: kernel) {
            complain(remark)
        }
    }

    private func entries(
        attempts: Int = Table.attempts, begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Extent {
        defer { progress.end() }
        var count = 0
        let answer = try Table(kernel).dumpRepeatedly(kind, matching: filter, attempts: attempts) {
            count = 0
            begin()
        } _: { entry in
            each(entry)
            count += 1
            progress.show("\(count) conntrack entries", at: count)
        }
        return Extent(entries: count, answer: answer)
    }
}
