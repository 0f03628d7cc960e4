/// Replaces names and texts, always in the same way under the same key. Names that anybody has are kept: those of the kernel, of the
/// packet filters' own tables and chains, and those by which managers of rules are recognized.
package struct NameMapping {
    private let hash: KeyedHash
    private var interfaces: InterfaceNames
    private var names: [[UInt8]: [UInt8]] = [:]
    /// Whatever was replaced by something else, to find it in sentences.
    private(set) var replaced: [String: String] = [:]

    /// libnettle has been loaded.
    package init(_ key: AnonymizingKey) {
        hash = KeyedHash(key: key.bytes)
        interfaces = InterfaceNames(KeyedHash(key: key.bytes))
    }

    /// Letters and digits of a replacement: five bits each.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

    private func word(_ count: Int, _ purpose: String, _ text: some Sequence<UInt8>) -> [UInt8] {
        hash.bytes(count, purpose, text).map { Self.alphabet[Int($0 & 31)] }
    }

    // MARK: Names

    /// Of a table, chain, set, object or flow table, by any packet filter: `xk3v9dq2ma`, of ten characters, for any that is not kept.
    package mutating func name(_ name: [UInt8]) -> [UInt8] {
        if name.isEmpty { return name }
        if let known = names[name] { return known }
        let kept = KeptNames.prefix(of: name)
        let mapped = kept == name.count ? name : name[..<kept] + [UInt8(ascii: "x")] + word(9, "name", name[kept...])
        names[name] = Array(mapped)
        note(name, Array(mapped))
        return Array(mapped)
    }

    package mutating func name(_ text: String) -> String {
        String(decoding: name(Array(text.utf8)), as: UTF8.self)
    }

    /// Of a host, or another one that stands for itself: `host-xk3v9dq2ma`.
    mutating func title(_ text: String, _ kind: String) -> String {
        let mapped = kind + "-" + String(decoding: word(10, kind, text.utf8), as: UTF8.self)
        if !text.isEmpty { replaced[text] = mapped }
        return mapped
    }

    /// Of a network interface, or its beginning.
    package mutating func interface(_ name: [UInt8]) -> [UInt8] {
        // Alternative names have 128 bytes at most (`ALTIFNAMSIZ`).
        let mapped = name.count <= 128 ? interfaces.mapped(name) : text(name)
        note(name, mapped)
        return mapped
    }

    package mutating func interface(_ name: String) -> String {
        String(decoding: interface(Array(name.utf8)), as: UTF8.self)
    }

    private mutating func note(_ name: [UInt8], _ mapped: [UInt8]) {
        if name != mapped { replaced[String(decoding: name, as: UTF8.self)] = String(decoding: mapped, as: UTF8.self) }
    }

    // MARK: Texts

    /// A comment, a prefix of a log, data of a persistence engine: as many letters and digits.
    package func text(_ text: [UInt8]) -> [UInt8] { word(text.count, "text", text) }

    /// The same in a field that is filled with NULs.
    static func field(_ field: [UInt8], _ map: ([UInt8]) -> [UInt8]) -> [UInt8] {
        let mapped = map(Array(field.prefix { $0 != 0 })).prefix(field.count)
        return mapped + [UInt8](repeating: 0, count: field.count - mapped.count)
    }
}
