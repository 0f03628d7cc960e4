import Inspection
import Netlink
import Reports

/// The last line of `dump --json --summary-line`: what came before it, for a reader who cannot see the exit status.
struct DumpSummary {
    private let entries: Int
    private let losses: [Loss]

    /// - Parameters:
    ///   - what: was dumped, in words that begin a line.
    ///   - trouble: why that is not all; nil if it is.
    init(entries: Int, of what: String, _ trouble: KernelError?) {
        self.entries = entries
        losses = trouble.map { [Loss(what, $0.detail ?? $0.description)] } ?? []
    }

    func write(to sink: @escaping (RawSpan) -> Void = Output.write) {
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("dump")
            json.member("entries", entries)
            json.member("complete", losses.isEmpty)
            json.losses(losses)
        }
        json.newline()
        json.flush()
    }
}
