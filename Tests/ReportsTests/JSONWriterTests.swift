import Foundation
import TestSupport
import Testing

@testable import Reports

struct JSONWriterTests {
    private func text(_ fill: (inout JSONWriter) -> Void) -> String {
        written { sink in
            var json = JSONWriter(sink)
            fill(&json)
            json.finish()
        }
    }

    @Test("Commas separate values and members, and appear nowhere else")
    func commas() {
        let written = text { json in
            json.object { json in
                json.member("a", 1)
                json.member("b", array: [1, 2]) { $0.number($1) }
                json.member("c") { _ in }
                json.member("d", nothing: ())
                json.optional("e", String?.none)
                json.member("f", strings: [])
                json.member("g", true)
            }
        }
        #expect(written == #"{"a":1,"b":[1,2],"c":{},"d":null,"f":[],"g":true}"# + "\n")
    }

    @Test(
        "Every string round-trips through another parser",
        arguments: ["", "\"\\\n\t\u{0}\u{7F}", "é\u{1F600}\u{85}\u{202E}\u{E0001}"])
    func escaping(_ value: String) throws {
        let written = text { $0.array { $0.string(value) } }
        let parsed = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String]
        #expect(parsed == [value])
        #expect(written.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }

    @Test("A long document is written in pieces")
    func pieces() {
        final class Box { var sizes: [Int] = [] }
        let box = Box()
        var json = JSONWriter { box.sizes.append($0.byteCount) }
        json.array { json in for number in 0..<100_000 { json.number(number) } }
        json.finish()
        #expect(box.sizes.count > 5)
        #expect((box.sizes.max() ?? 0) < 128 << 10)
    }
}
