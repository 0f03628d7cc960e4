import Inspection

extension CheckReport {
    /// The document of `check --json`.
    package func writeJSON(to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "check")
            if let given { json.member("given") { $0.members(of: given) } }
            if let watched {
                json.member("watched") { json in
                    json.member("seconds", watched.seconds)
                    json.member("interrupted", watched.isInterrupted)
                    json.optional("packets", watched.packets)
                }
            }
            json.sandbox(sandbox)
            json.findings(findings)
            json.member("checked", array: fine) { json, check in
                json.object {
                    $0.member("id", check.id.rawValue)
                    $0.member("what", check.title)
                }
            }
            json.member("not_checked", array: notMade) { json, notMade in
                json.object {
                    $0.member("id", notMade.check.id.rawValue)
                    $0.member("reason", notMade.lack.why)
                }
            }
        }
        json.finish()
    }
}
