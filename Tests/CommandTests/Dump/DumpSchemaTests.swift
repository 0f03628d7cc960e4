import TestSupport
import Testing

/// The JSON output of `dump`, checked against `docs/schema`.
@Suite(
    .needsRoot, .needsTool("conntrack"), .needsTool("nft"),
    .enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
struct DumpSchemaTests {
    @Test("Entries, one per line")
    func entries() throws {
        try LiveTable.inside(crowd: 200) { table in
            let outcome = try table.dump(["--json"])
            let count = outcome.output.split(separator: "\n").count
            #expect(count > 230)
            try SchemaScript.expectValid("entry", outcome, documents: count)
        }
    }

    @Test("Expectations, one per line")
    func expectations() throws {
        try LiveTable.inside { table in
            let outcome = try table.dump(["expect", "--json"])
            #expect(outcome.output.split(separator: "\n").count == 10)
            for member in ["nat", "function", "helper", "class", "timeout"] {
                #expect(outcome.output.contains("\"\(member)\":"))
            }
            try SchemaScript.expectValid("expectation", outcome, documents: 10)
        }
    }

    @Test("A count, and the most frequent values")
    func documents() throws {
        try LiveTable.inside(crowd: 50) { table in
            for words in [["--count"], ["expect", "--count"], ["dying", "--count"]] {
                try SchemaScript.expectValid("dump", try table.dump(words + ["--json"]))
            }
            for subject in ["src", "dst", "dport", "state", "zone"] {
                try SchemaScript.expectValid("dump", try table.dump(["--top", subject, "3", "--json"]))
                try SchemaScript.expectValid("dump", try table.dump(["--format", "json", "--top", subject]))
            }
        }
    }
}
