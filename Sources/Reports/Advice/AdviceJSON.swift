import Advice
import Firewall
import Inspection

extension AdviceReport {
    /// The document of `advise --json`.
    package func writeJSON(to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "advise")
            json.member("managers", array: managers) { $0.string($1.rawValue) }
            json.sandbox(sandbox)
            json.findings(findings)
            json.member("fixes", array: fixes) { $0.fix($1) }
            json.member("not_possible", array: obstacles) { json, obstacle in
                json.object {
                    $0.member("id", obstacle.kind.rawValue)
                    $0.member("reason", obstacle.why)
                }
            }
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func fix(_ fix: Fix) {
        object { json in
            json.member("id", fix.kind.rawValue)
            json.member("what", fix.title)
            json.member("cost", fix.cost)
            json.member("findings", array: fix.findings) { $0.string($1.rawValue) }
            json.member("apply", array: fix.apply) { $0.string($1) }
            json.member("persist", array: fix.persist) { json, place in
                json.object { json in
                    json.member("file", place.file)
                    json.member("where", place.place.isEmpty ? nil : place.place)
                    json.member("lines", array: place.lines) { $0.string($1) }
                    json.member("reload", array: place.reload) { $0.string($1) }
                }
            }
            json.member("undo", array: fix.undo) { $0.string($1) }
            json.member("proof") { $0.proof(fix.proof) }
        }
    }

    private mutating func proof(_ proof: Proof) {
        member("result", proof.word)
        member("reason", proof.reason)
        member("kernel", proof.kernelRelease)
        rows("packets", proof.packets)
        rows("closed", proof.closed)
    }

    private mutating func rows(_ name: StaticString, _ rows: [Proof.Row]) {
        member(name, array: rows) { json, row in
            json.object { json in
                json.member("target", row.target.name)
                json.member("service") { $0.identity(row.target.service) }
                json.member("packet", row.probe.title)
                json.member("before", row.hadPassed)
                json.member("after", row.passes)
            }
        }
    }
}
