/// A tar archive made byte by byte, for what tar(1) does not make.
package struct TarBytes {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Appends a member as POSIX has it (ustar).
    ///
    /// - Parameters:
    ///   - type: `0` is a file, `1` a hard link, `2` a symbolic link, `3` and `4` devices, `5` a directory, `6` a FIFO, `x` attributes of the next.
    ///   - size: what the header says; nil for that of the content.
    package mutating func add(
        _ name: String, _ content: [UInt8] = [], type: Character = "0", to link: String = "", size: Int? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        // Eight gibibytes need a twelfth digit, in place of the space.
        put(octal(size ?? content.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Appends attributes of the next member.
    package mutating func add(attributes: [(name: String, value: String)]) {
        var records: [UInt8] = []
        for (name, value) in attributes {
            let rest = " \(name)=\(value)\n".utf8.count
            // The length counts its own digits.
            var length = rest
            while length != rest + String(length).count { length = rest + String(length).count }
            records += Array("\(length) \(name)=\(value)\n".utf8)
        }
        add("attributes", records, type: "x")
    }

    /// Appends the mark of the end.
    package mutating func end() { bytes += [UInt8](repeating: 0, count: 1024) }
}
