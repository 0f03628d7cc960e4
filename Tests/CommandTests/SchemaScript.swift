import Foundation
import Testing

/// `scripts/check-schema`, which checks JSON against `docs/schema`.
enum SchemaScript {
    static let path = Fixture.checkout.appendingPathComponent("scripts/check-schema").path

    /// False without Debian's python3-jsonschema.
    static let works = (try? Program.shell(#"exec "$0""#, [path]))?.status == 0

    /// The script's output for a text, line by line.
    static func check(_ schema: String, _ text: String) throws -> (status: Int32, lines: [String]) {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("document")
        try Data(text.utf8).write(to: file)
        let outcome = try Program.shell(#"exec "$0" "$1" "$2""#, [path, schema, file.path])
        return (outcome.status, outcome.output.split(separator: "\n").map(String.init))
    }

    /// Expects that the program succeeded, and that it wrote this many documents of the schema.
    static func expectValid(_ schema: String, _ outcome: Program.Outcome, documents: Int = 1) throws {
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try check(schema, outcome.output).lines == ["\(documents) passed, 0 failed"])
    }
}
