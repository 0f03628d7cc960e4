import Conntrack
import Inspection
import Netlink
import Reports

/// Dumps entries that a filter wants, and prints them, or what they add up to.
struct EntryDump {
    let table: Table
    let kind: Table.Kind
    let filter: EntryFilter
    private let progress = Progress()

    init(table: Table, kind: Table.Kind, filter: EntryFilter) {
        self.table = table
        self.kind = kind
        self.filter = filter
    }

    /// Prints entries as they come; or, when a dump that is not whole is to be repeated, once one has come whole.
    ///
    /// - Throws: when no dump was whole, after what there is was printed.
    func print(_ form: EntryWriter.Form, _ onInterrupt: OnInterrupt) throws(KernelError) {
        let spool: Spool? = onInterrupt == .repeat ? try Spool() : nil
        var writer = EntryWriter(form, Output.write)
        let isWhole = try entries(attempts: spool == nil ? 1 : Table.attempts) {
            guard let spool else { return }
            spool.clear()
            writer = EntryWriter(form, spool.write)
        } _: {
            writer.write($0)
        }
        writer.flush()
        spool?.copy(to: Output.write)
        if !isWhole { throw Table.notWhole("the conntrack table", attempts: spool == nil ? 1 : Table.attempts) }
    }

    func printCount(asJSON: Bool) throws(KernelError) {
        var count = 0
        let isWhole = try entries {
            count = 0
        } _: { _ in
            count += 1
        }
        Self.print(count: count, asJSON: asJSON)
        if !isWhole { throw Table.notWhole("the conntrack table") }
    }

    static func print(count: Int, asJSON: Bool) {
        guard asJSON else { return Output.print(["\(count)"]) }
        var json = JSONWriter(Output.write)
        json.object { json in
            json.member("schema", "ct-inspect/1")
            json.member("command", "dump")
            json.member("entries", count)
        }
        json.finish()
    }

    func printTop(_ top: Top, _ output: OutputOptions) throws(KernelError) {
        var tally = EntryTally(by: top.subject)
        let isWhole = try entries {
            tally = EntryTally(by: top.subject)
        } _: {
            tally.count($0)
        }
        if output.json {
            tally.writeJSON(top: top.most, to: Output.write)
        } else {
            Output.print(tally.text(top: top.most, output.style))
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
