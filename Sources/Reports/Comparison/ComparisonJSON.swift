import Addresses
import Firewall
import IPVS
import Inspection

extension DirectorComparison {
    /// The document of `diff --json`.
    package func writeJSON(to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("diff")
            json.member("before") { $0.picture(before) }
            json.member("after") { $0.picture(after) }
            json.member("complete", losses.isEmpty)
            json.losses(uncompared)
            json.member("differs", !isEmpty)
            json.changes(of: self)
            json.member("verdicts", array: verdicts) { $0.verdict($1) }
        }
        json.finish()
    }
}

extension JSONWriter {
    /// What somebody changed, as opposed to traffic.
    mutating func changes(of comparison: DirectorComparison) {
        member("services", array: comparison.services) { $0.service($1) }
        member("ipvs", array: comparison.configuration) { $0.change($1) }
        member("settings", array: comparison.settings) { $0.change($1) }
        member("rules", array: comparison.rules) { $0.rule($1) }
    }

    fileprivate mutating func picture(_ picture: DirectorPicture) {
        members(of: picture.origin)
        losses(picture.losses)
    }

    fileprivate mutating func service(_ change: DirectorComparison.ServiceChange) {
        object { json in
            json.identity(change.identity)
            json.member("change", change.presence.rawValue)
            json.properties(change.properties)
            json.member("destinations", array: change.destinations) { json, destination in
                json.object { json in
                    json.member("address", destination.endpoint.address.description)
                    json.member("port", destination.endpoint.port)
                    json.member("change", destination.presence.rawValue)
                    json.properties(destination.properties)
                }
            }
        }
    }

    fileprivate mutating func change(_ change: DirectorComparison.Change) {
        object { $0.members(of: change) }
    }

    mutating func members(of change: DirectorComparison.Change) {
        member("name", change.name)
        member("before", change.before)
        member("after", change.after)
    }

    mutating func properties(_ properties: [DirectorComparison.Change]) {
        member("properties", array: properties) { $0.change($1) }
    }

    fileprivate mutating func verdict(_ change: DirectorComparison.VerdictChange) {
        object { json in
            json.member("service", change.service?.description)
            json.member("verdict", change.verdict.rawValue)
            json.member("before", change.before)
            json.member("after", change.after)
        }
    }

    fileprivate mutating func rule(_ change: RuleChange) {
        object { json in
            json.member("change", change.kind.rawValue)
            json.member("family", change.chain.family.description)
            json.member("table", change.chain.table)
            json.member("chain", change.chain.name)
            json.member("legacy", change.chain.isLegacy)
            json.member("rule", change.text)
        }
    }
}
