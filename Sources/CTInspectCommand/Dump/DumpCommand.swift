import ArgumentParser
import Conntrack
import Inspection
import Netlink
import Reports

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "List the conntrack table, like conntrack -L.",
        discussion: """
            EXAMPLES
              sudo ct-inspect dump --dst 10.0.0.100 --unreplied
              sudo ct-inspect dump --protocol tcp,udp --src '!10.0.0.0/8'
              sudo ct-inspect dump --json --dport 80,443 | jq -r .original.source
              sudo ct-inspect dump --format conntrack -o id,labels
              sudo ct-inspect dump -o save             for conntrack --load-file
              sudo ct-inspect dump --get -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8
              sudo ct-inspect dump --top src 20        what fills the table
              sudo ct-inspect dump --count --state SYN_SENT
              sudo ct-inspect dump expect

            More: man ct-inspect-dump
            """)

    // Text, parsed in `run`: until then the parser can report a wrong option whose value looks like a table.
    @Argument(
        help: ArgumentHelp("conntrack, expect (expectations), dying or unconfirmed.", valueName: "TABLE"),
        completion: .list(DumpTable.allCases.map(\.rawValue)))
    var tableName = DumpTable.conntrack.rawValue

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "table, json (same as --json) or conntrack (like conntrack -L -o extended).")
    var format = DumpFormat.table

    @Option(
        name: .customShort("o"),
        help: ArgumentHelp("With --format conntrack: id, labels, ktimestamp; or save alone.", valueName: "WORD,…"),
        completion: .list(fixed: OutputWord.ofDump.map(\.rawValue)))
    var words: [String] = []

    @Flag(help: "Look up the one entry that the filters identify, like conntrack -G.")
    var get = false

    @Flag(help: "Print only the number of entries.")
    var count = false

    @Flag(help: "With --json: end with a line that says how many there were, and whether that is all.")
    var summaryLine = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Count by src, src-dst, dst, dport, reply-src, state or zone; "
                + "print the N (10) most frequent.",
            valueName: "WHAT [N]"),
        completion: .list(EntryTally.Subject.allCases.map(\.rawValue)))
    var top: [String] = []

    @Option(
        help: ArgumentHelp(
            "If the table changed during the dump: report it, or repeat until complete.", valueName: "ACTION"))
    var onInterrupt = OnInterrupt.report

    @Flag(help: "Print which parts of the filter the kernel applies, and why not the others.")
    var explainFilter = false

    @OptionGroup(title: "Filters") var filters: FilterOptions

    private var table: DumpTable {
        get throws {
            guard let table = DumpTable(rawValue: tableName.lowercased()) else {
                let all = "conntrack, expect, dying or unconfirmed"
                throw ValidationError("there is no table “\(tableName)”; expected \(all)")
            }
            return table
        }
    }

    func validate() throws {
        let words = try outputWords()
        if try Top<EntryTally.Subject>(top) != nil, count {
            throw ValidationError("--count and --top are mutually exclusive")
        }
        try OutputWord.check(words, isFormat: format == .conntrack, isJSON: isJSON)
        if get { try validateLookup() }
        if summaryLine, !isJSON || count || get || !top.isEmpty || explainFilter {
            throw ValidationError("--summary-line ends the lines of --json")
        }
        if DumpTable(rawValue: tableName.lowercased()) == .expect {
            guard try filters.filter.suitsExpectations else {
                throw ValidationError(
                    "expectations have a family, protocol, addresses and ports of one direction, and a zone: "
                        + "the other filters apply to entries")
            }
            if explainFilter { throw ValidationError("the kernel does not filter expectations") }
            if words.contains(.save) { throw ValidationError("-o save is for entries, not expectations") }
            guard top.isEmpty else { throw ValidationError("--top counts entries, not expectations") }
        }
    }

    private func validateLookup() throws {
        _ = try LookupOptions(try filters.filter).lookup()
        if count || !top.isEmpty || explainFilter {
            throw ValidationError("--get prints an entry: --count, --top and --explain-filter do not apply")
        }
        if let table = DumpTable(rawValue: tableName.lowercased()), table != .conntrack {
            throw ValidationError("--get is for the table conntrack")
        }
    }

    private func outputWords() throws -> Set<OutputWord> { try OutputWord.read(words, of: OutputWord.ofDump) }

    func run() throws {
        let (filter, top, words) = (try filters.filter, try Top<EntryTally.Subject>(top), try outputWords())
        let table = try table
        let lookup = get ? try LookupOptions(filter).lookup() : nil
        try Failure.reporting { () throws(KernelError) in
            let source = try source.open()
            guard let kind = Table.Kind(table) else { return try dumpExpectations(source, filter) }
            if explainFilter {
                let lines = filter.explanation(of: kind, from: source)
                return Output.print(lines.isEmpty ? ["no filter: every entry is sent and shown"] : lines)
            }
            let dump = EntryDump(source, kind, matching: filter)
            if let lookup { return try dump.print(lookup, form(words, filter)) }
            if let top { return try dump.printTop(top, output.style, asJSON: isJSON) }
            if count { return try dump.printCount(asJSON: isJSON) }
            try dump.print(form(words, filter), onInterrupt, summaryLine: summaryLine)
        }
    }

    private var isJSON: Bool { output.json || format == .json }

    private func form(_ words: Set<OutputWord>, _ filter: EntryFilter) -> EntryWriter.Form {
        switch (output.json, format) {
        case (true, _), (_, .json): .json
        case (_, .table) where words.contains(.save): .conntrack(ConntrackFormat(words))
        case (_, .table): .table(EntryTable(family: filter.onlyFamily, style: output.style, width: Output.width))
        // conntrack(8) shows labels once it has read their names, which --label requires.
        case (_, .conntrack): .conntrack(ConntrackFormat(filters.label.isEmpty ? words : words.union([.labels])))
        }
    }

    private func dumpExpectations(_ source: any KernelSource, _ filter: EntryFilter) throws(KernelError) {
        var expectations: [Expectation] = []
        let answer = try Answer.repeating(Table.attempts) { () throws(KernelError) in
            expectations = []
            return try Expectations(source).dump { if filter.matches($0) { expectations.append($0) } }
        }
        print(expectations, answer.isWhole)
        let trouble = answer.isWhole ? nil : Table.notWhole("the expectations", answer)
        if summaryLine { DumpSummary(entries: expectations.count, of: "the expectations", trouble).write() }
        if let trouble { throw trouble }
    }

    private func print(_ expectations: [Expectation], _ isWhole: Bool) {
        if count { return EntryDump.print(count: expectations.count, isWhole: isWhole, asJSON: isJSON) }
        switch (isJSON, format) {
        case (true, _):
            var json = JSONWriter(Output.write)
            for expectation in expectations {
                json.expectation(expectation)
                json.newline()
            }
            json.flush()
        case (false, .conntrack):
            var text = ByteBuffer(Output.write)
            for expectation in expectations { text.appendConntrackLine(expectation) }
            text.flush()
        case (false, _): Output.print(expectations.text(output.style, width: Output.width))
        }
    }
}

extension Table.Kind {
    /// Nil for expectations.
    fileprivate init?(_ table: DumpTable) {
        switch table {
        case .conntrack: self = .conntrack
        case .dying: self = .dying
        case .unconfirmed: self = .unconfirmed
        case .expect: return nil
        }
    }
}
