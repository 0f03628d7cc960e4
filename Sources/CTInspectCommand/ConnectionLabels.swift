import SystemPackage

/// The names of label bits, as iptables, nft and conntrack(8) share them.
struct ConnectionLabels {
    static let path = "/etc/xtables/connlabel.conf"

    /// The format's own bound is 128 lines; a larger file is not that.
    private static let mostBytes = 64 << 10

    private var bits: [String: UInt8] = [:]

    /// A bit and its name a line; what begins with `#` is a comment. A line that is neither is passed over.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, let bit = Self.bit(number: words[0]) else { continue }
            bits[String(words[1])] = bit
        }
    }

    /// Those of this host; none when it has no such file.
    static func installed() -> ConnectionLabels {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
            return ConnectionLabels("")
        }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return ConnectionLabels(String(decoding: bytes, as: UTF8.self))
    }

    /// From a number or a name.
    func bit(_ text: String) -> UInt8? { Self.bit(number: text) ?? bits[text] }

    private static func bit(number text: some StringProtocol) -> UInt8? {
        FilterText.number(text, as: UInt8.self).flatMap { $0 < 128 ? $0 : nil }
    }
}
