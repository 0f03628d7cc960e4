import Conntrack
import Inspection
import Netlink
import Reports

/// Dumps entries that match a filter, and prints them or a summary.
struct EntryDump {
    let table: Table
    let kind: Table.Kind
    let filter: EntryFilter
    /// Where the output goes.
    private let sink: (RawSpan) -> Void
    private let progress = Progress()

    init(
        _ table: Table, _ kind: Table.Kind, matching filter: EntryFilter,
        to sink: @escaping (RawSpan) -> Void = Output.write
    ) {
        self.table = table
        self.kind = kind
        self.filter = filter
        self.sink = sink
    }

    /// Prints entries as they arrive; or, if an incomplete dump is to be repeated, once one was complete.
    ///
    /// - Throws: if no dump was complete, after printing what there is.
    func print(_ form: EntryWriter.Form, _ onInterrupt: OnInterrupt) throws(KernelError) {
        let buffer: OutputBuffer? = onInterrupt == .repeat ? try OutputBuffer() : nil
        var writer = EntryWriter(form, sink)
        let isWhole = try entries(attempts: buffer == nil ? 1 : Table.attempts) {
            guard let buffer else { return }
            buffer.clear()
            writer = EntryWriter(form, buffer.write)
        } _: {
            writer.write($0)
        }
        writer.flush()
        buffer?.copy(to: sink)
        if isWhole { return }
        throw buffer == nil
            ? Table.notWhole("the conntrack table", attempts: 1, nextStep: "--on-interrupt repeat tries again")
            : Table.notWhole("the conntrack table")
    }

    func printCount(asJSON: Bool) throws(KernelError) {
        var count = 0
        let isWhole = try entries {
            count = 0
        } _: { _ in
            count += 1
        }
        Self.print(count: count, isWhole: isWhole, asJSON: asJSON, to: sink)
        if !isWhole { throw Table.notWhole("the conntrack table") }
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
        let isWhole = try entries {
            tally = EntryTally(by: top.subject)
        } _: {
            tally.count($0)
        }
        if asJSON {
            tally.writeJSON(top: top.most, isWhole: isWhole, to: sink)
        } else {
            let lines = tally.text(top: top.most, style)
            sink(Array((lines.joined(separator: "\n") + "\n").utf8).span.bytes)
        }
        if !isWhole { throw Table.notWhole("the conntrack table") }
    }

    private func entries(
        attempts: Int = Table.attempts, begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Bool {
        defer { progress.end() }
        var count = 0
        return try table.dumpRepeatedly(kind, matching: filter, attempts: attempts) {
            count = 0
            begin()
        } _: { entry in
            each(entry)
            count += 1
            progress.show("\(count) conntrack entries", at: count)
        }
    }
}
