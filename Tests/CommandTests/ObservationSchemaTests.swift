import Conntrack
import Firewall
import Inspection
import ObservationSupport
import Reports
import TestSupport
import Testing

/// The output of `observe`, checked against `docs/schema/observe.json`.
@Suite(.enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
struct ObservationSchemaTests {
    @Test("Every form of the document is valid")
    func documents() throws {
        let observations = try Observation.all()
        let text = observations.map { observation in written { observation.writeJSON(to: $0) } }.joined()
        #expect(try SchemaScript.check("observe", text).lines == ["\(observations.count) passed, 0 failed"])
    }

    @Test("So is one of the rows that a filter selects, if any", arguments: ["class=FIN", "class=SCTP"])
    func filtered(_ line: String) throws {
        let expression = try #require(try FilterExpression.read(line, for: .observation(.none)))
        let text = try Observation.all().map { observation in
            written { observation.writeJSON(filter: ObservationFilter(line, expression), to: $0) }
        }.joined()
        #expect(try SchemaScript.check("observe", text).status == 0)
    }

    @Test(
        "Violations of the schema are found",
        arguments: [
            (#""point":"local_in""#, #""point":"input""#), (#""class":"fin""#, #""class":"FIN""#),
            (#""filter":"","#, ""), (#""seconds":30.02"#, #""seconds":"30.02""#), (#""handle":5"#, #""handle":"5""#),
            (#""samples":null,"#, ""),
        ])
    func broken(_ part: String, _ replacement: String) throws {
        let observation = try Observation.filtered()
        let text = written { observation.writeJSON(to: $0) }
        let broken = text.replacing(part, with: replacement)
        #expect(broken != text)
        #expect(try SchemaScript.check("observe", broken).status == 1)
    }
}
