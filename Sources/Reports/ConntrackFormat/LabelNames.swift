import func Glibc.strtoul

/// The names of connection labels by bit, as read by libnetfilter_conntrack from `/etc/xtables/connlabel.conf`: each line has a number
/// (decimal, 0x… or 0…) and a name. Lines that it rejects are skipped here too.
package struct LabelNames: Equatable, Sendable {
    private var names: [Int: String] = [:]

    private static let bits = 1024

    /// - Returns: nil if no line names a label: conntrack(8) shows no labels at all then.
    package init?(_ text: String) {
        var taken: Set<String> = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            guard let (bit, name) = Self.parse(Substring(line)), names[bit] == nil, taken.insert(name).inserted
            else { continue }
            names[bit] = name
        }
        if names.isEmpty { return nil }
    }

    /// All names, ordered by bit.
    package var all: [String] { names.sorted { $0.key < $1.key }.map(\.value) }

    /// The name of a bit; nil if the file has none.
    package subscript(bit: Int) -> String? { names[bit] }

    /// The bit with exactly this name; nil if the file has none.
    package func bit(named name: String) -> Int? { names.first { $0.value == name }?.key }

    private static func parse(_ line: Substring) -> (bit: Int, name: String)? {
        let parsed = line.withCString { start -> (bit: UInt, length: Int) in
            var end: UnsafeMutablePointer<CChar>?
            let bit = strtoul(start, &end, 0)
            return (bit, end.map { UnsafePointer($0) - start } ?? 0)
        }
        guard parsed.length > 0, parsed.bit < bits else { return nil }
        var name = line.utf8.dropFirst(parsed.length).drop(while: isBlank)
        while let last = name.last, isBlank(last) { name.removeLast() }
        guard !name.isEmpty, name.allSatisfy(isPlain) else { return nil }
        return (Int(parsed.bit), String(decoding: name, as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C].contains(byte)
    }

    /// ASCII letters and digits, blank, hyphen.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
