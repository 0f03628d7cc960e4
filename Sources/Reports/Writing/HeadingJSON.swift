import Addresses
import Inspection

extension JSONWriter {
    /// The first members of every document about a snapshot.
    mutating func heading(_ snapshot: some Snapshot, command: String) {
        schema(command)
        members(of: snapshot.origin)
        member("complete", snapshot.isComplete)
        losses(snapshot.losses)
        member("sysctls") { json in
            for (name, value) in snapshot.sysctls.values.sorted(by: { $0.key < $1.key }) {
                json.key(text: name)
                if let number = Int64(value) { json.number(number) } else { json.string(value) }
            }
            for name in snapshot.sysctls.unreadable.keys.sorted() {
                json.key(text: name)
                json.null()
            }
        }
    }

    /// The first members of every document.
    package mutating func schema(_ command: String) {
        member("schema", "ct-inspect/1")
        member("command", command)
    }

    mutating func members(of origin: Origin) {
        member("taken_at", origin.takenAt.rfc3339)
        member("host", origin.host)
        member("netns", origin.networkNamespace)
        member("kernel", origin.kernelRelease)
    }

    /// The member `losses`: what is missing from a document, and why.
    package mutating func losses(_ losses: [Loss]) {
        member("losses", array: losses) { json, loss in json.object { $0.members(of: loss) } }
    }

    mutating func members(of loss: Loss) {
        member("what", loss.what)
        member("why", loss.why)
    }
}
