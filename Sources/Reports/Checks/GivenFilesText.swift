import Inspection

extension GivenFiles {
    /// Which files were checked, and what was assumed.
    var sentences: [String] {
        var files: [String] = []
        if !rulesets.isEmpty {
            let names = rulesets.map { "\($0.file) (\($0.format))" }
            files.append("rules of \(names.joined(separator: ", "))")
        }
        if let services { files.append("services of \(services)") }
        var sentences = ["Given: " + files.joined(separator: "; ") + (areAll ? "; nothing else was read." : ".")]
        if !assumptions.isEmpty { sentences.append("Assumed: " + assumptions.joined(separator: "; ") + ".") }
        return sentences
    }

    /// What was taken to be so, as nothing says otherwise.
    var assumptions: [String] {
        assumedSettings.map { "\($0.name)=\($0.value)" }
            + (assumedLink.map { ["one link, \($0), with the addresses of the services"] } ?? [])
    }
}

extension JSONWriter {
    mutating func members(of given: GivenFiles) {
        member("rulesets", array: given.rulesets) { json, ruleset in
            json.object {
                $0.member("file", ruleset.file)
                $0.member("format", ruleset.format)
            }
        }
        member("services", given.services)
        member("assumed", strings: given.assumptions)
    }
}
