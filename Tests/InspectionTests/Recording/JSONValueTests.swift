import Foundation
import TestSupport
import Testing

@testable import Inspection

struct JSONValueTests {
    private func read(_ text: String) -> JSONValue? { JSONValue(Array(text.utf8)) }

    @Test("Values")
    func values() throws {
        let value = try #require(read(#" {"a" : [1, -20, 0 ,true,false,null], "b":{}, "c":"x"} "#))
        #expect(value.members.map(\.name) == ["a", "b", "c"])
        #expect(value["a"]?.elements.map(\.number) == [1, -20, 0, nil, nil, nil])
        #expect(value["b"]?.members.isEmpty ?? false)
        #expect(value["c"]?.string == "x" && value["d"] == nil && value["c"]?["d"] == nil && value.elements.isEmpty)
        #expect(read("9223372036854775807")?.number == .max)
        #expect(read("9223372036854775808")?.number == nil)
        #expect(read(#""a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00é""#)?.string == "a\"\\/\u{8}\u{C}\n\r\tä😀é")
        #expect(read(#"{"a":1,"a":2}"#)?["a"]?.number == 1)
    }

    @Test(
        "What is no JSON, or more than a record has",
        arguments: [
            "", " ", "{", "{}x", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{a:1}"#, "01", "-", "1.5", "1e3", "tru", "nul",
            #""a"#, #""\x""#, #""\ud800""#, #""\ud800\u0041""#, "\"a\nb\"", #""\u00g0""#,
            "[1 2]",
            String(repeating: "[", count: 17) + String(repeating: "]", count: 17),
        ])
    func refused(_ text: String) { #expect(read(text).map { _ in text } == nil) }

    @Test("No prefix and no changed byte of a line is more than refused, and what is read is what Foundation reads")
    func damaged() throws {
        let line = #"{"time":"2026-11-29T09:57:14.264136Z","host":"l\u0062\\1","n":[1,{"x":null}],"t":true}"#
        var random = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            var bytes = Array(line.utf8)
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...127, using: &random)
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let known = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            if JSONValue(bytes) != nil { #expect(known != nil, "\(String(decoding: bytes, as: UTF8.self))") }
        }
        #expect(read(line)?["host"]?.string == "lb\\1")
    }
}
