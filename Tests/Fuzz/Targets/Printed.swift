import Firewall
import FoundationEssentials
import Netlink
import Reports

/// What the program would print of what was decoded, with what must hold for it.
enum Printed {
    /// Lines for people: nothing that a terminal would act on, and nothing that forges a line.
    static func text(_ lines: [String]) {
        for line in lines { check(line, isLine: true) }
    }

    /// The same, written to a sink, with its newlines.
    static func text(_ write: (@escaping (RawSpan) -> Void) -> Void) {
        check(String(decoding: bytes(write), as: UTF8.self), isLine: false)
    }

    /// An error, as commands complain about it.
    static func error(_ error: KernelError) { check(error.description.printable, isLine: true) }

    /// A rule, as what drops packets.
    static func rule(_ statement: String) {
        let rule = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 1))
        text([rule.sentence(.known(statement: statement, hook: nil), dropped: [:])])
    }

    /// A JSON document.
    static func json(_ write: (@escaping (RawSpan) -> Void) -> Void) { parse(bytes(write)) }

    /// A JSON value.
    static func json(writing fill: (inout JSONWriter) -> Void) {
        parse(
            bytes { sink in
                var json = JSONWriter(sink)
                json.array(fill)
                json.flush()
            })
    }

    /// What is written to a sink.
    static func bytes(_ write: (@escaping (RawSpan) -> Void) -> Void) -> [UInt8] {
        final class Box { var bytes: [UInt8] = [] }
        let box = Box()
        write { piece in piece.withUnsafeBytes { box.bytes += $0 } }
        return box.bytes
    }

    private static func check(_ text: String, isLine: Bool) {
        for scalar in text.unicodeScalars where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            Finding.require(!isLine && scalar == "\n", "a control character in the text: \(text.debugDescription)")
        }
    }

    private struct Anything: Decodable { init(from decoder: any Decoder) {} }

    private static func parse(_ bytes: [UInt8]) {
        do { _ = try JSONDecoder().decode(Anything.self, from: Data(bytes)) } catch {
            Finding.report("no JSON: \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }
}
