import Conntrack
import Reports

/// Writes entries in one of the formats, as they arrive.
struct EntryWriter: ~Copyable {
    private let form: Form

    enum Form {
        case json
        case table(EntryTable)
        case conntrack(ConntrackFormat)

        /// Whether people look for packets and bytes in it.
        var hasCounters: Bool { if case .table(let table) = self { table.showsCounters } else { false } }
    }

    private var json: JSONWriter
    private var text: ByteBuffer

    init(_ form: Form, _ sink: @escaping (RawSpan) -> Void) {
        self.form = form
        json = JSONWriter(sink)
        text = ByteBuffer(sink)
        if case .table(let table) = form { text.appendTitles(table) }
    }

    mutating func write(_ entry: Entry) {
        switch form {
        case .json:
            json.entry(entry)
            json.newline()
        case .table(let table): text.appendRow(entry, table)
        case .conntrack(let format): text.appendConntrackLine(entry, format)
        }
    }

    /// Passes on what was written so far.
    mutating func flush() {
        json.flush()
        text.flush()
    }
}
