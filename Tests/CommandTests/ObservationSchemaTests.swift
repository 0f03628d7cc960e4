import Firewall
import Inspection
import ObservationSupport
import Reports
import TestSupport
import Testing

/// What `observe` writes, against `docs/schema/observe.json`.
@Suite(.enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
struct ObservationSchemaTests {
    @Test("Each shape that a document may have")
    func documents() throws {
        let observations = try Observation.all()
        let text = observations.map { observation in written { observation.writeJSON(to: $0) } }.joined()
        #expect(try SchemaScript.check("observe", text).lines == ["\(observations.count) passed, 0 failed"])
    }

    @Test(
        "What breaks the promise is found",
        arguments: [
            (#""point":"local_in""#, #""point":"input""#), (#""class":"fin""#, #""class":"FIN""#),
            (#""seconds":30.02"#, #""seconds":"30.02""#), (#""handle":5"#, #""handle":"5""#), (#""samples":null,"#, ""),
        ])
    func broken(_ part: String, _ replacement: String) throws {
        let observation = try Observation.filtered()
        let text = written { observation.writeJSON(to: $0) }
        let broken = text.replacing(part, with: replacement)
        #expect(broken != text)
        #expect(try SchemaScript.check("observe", broken).status == 1)
    }
}
