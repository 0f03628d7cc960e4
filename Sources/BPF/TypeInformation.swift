import Netlink

/// The kernel's own description of its types (BTF, Documentation/bpf/btf.rst), as far as offsets of members need it.
package struct TypeInformation {
    private let bytes: [UInt8]
    private let types: Range<Int>
    private let strings: Range<Int>
    /// The strings of the kernel, for a module: those at lower offsets.
    private let baseStrings: ArraySlice<UInt8>

    private static let magic: UInt16 = 0xEB9F
    private static let headerSize = 24

    /// - Parameters:
    ///   - bytes: a whole BTF, as in /sys/kernel/btf.
    ///   - base: of the kernel, if this is of a module (split BTF).
    /// - Returns: nil if it is malformed.
    package init?(_ bytes: [UInt8], base: TypeInformation? = nil) {
        let span = bytes.span.bytes
        guard span.byteCount >= Self.headerSize, span.word16(0) == Self.magic else { return nil }
        let start = Int(span.word32(4))
        let (typeStart, typeCount) = (start + Int(span.word32(8)), Int(span.word32(12)))
        let (stringStart, stringCount) = (start + Int(span.word32(16)), Int(span.word32(20)))
        guard typeStart + typeCount <= bytes.count, stringStart + stringCount <= bytes.count else { return nil }
        types = typeStart..<typeStart + typeCount
        strings = stringStart..<stringStart + stringCount
        baseStrings = base.map { $0.bytes[$0.strings] } ?? []
        self.bytes = bytes
    }

    /// A structure's size, and the offsets of its members, in bytes.
    package struct Structure {
        package var size: Int
        package var offsets: [String: Int]
    }

    /// The structures with these names; those that there are. Bit fields are left out.
    package func structures(_ names: Set<String>) -> [String: Structure] {
        let span = bytes.span.bytes
        var found: [String: Structure] = [:]
        var offset = types.lowerBound
        while offset + 12 <= types.upperBound {
            let info = span.word32(offset + 4)
            let (kind, length) = (info >> 24 & 0x1F, Int(info & 0xFFFF))
            guard let extra = Self.extraSize(kind, length), offset + 12 + extra <= types.upperBound else { break }
            if kind == Self.structure, length > 0, let name = name(span.word32(offset), among: names),
                found[name] == nil
            {
                found[name] = structure(at: offset, members: length, isBitfielded: info >> 31 != 0)
                if found.count == names.count { break }
            }
            offset += 12 + extra
        }
        return found
    }

    private static let structure: UInt32 = 4

    /// How many bytes follow a type's first twelve (`btf_type`, include/uapi/linux/btf.h); nil for an unknown kind.
    private static func extraSize(_ kind: UInt32, _ length: Int) -> Int? {
        switch kind {
        case 1, 14, 17: 4
        case 2, 7...12, 16, 18: 0
        case 3: 12
        case 4, 5, 15, 19: 12 * length
        case 6, 13: 8 * length
        default: nil
        }
    }

    private func structure(at offset: Int, members: Int, isBitfielded: Bool) -> Structure {
        let span = bytes.span.bytes
        var structure = Structure(size: Int(span.word32(offset + 8)), offsets: [:])
        for member in 0..<members {
            let place = offset + 12 + 12 * member
            let position = span.word32(place + 8)
            if isBitfielded, position >> 24 != 0 { continue }
            let bits = Int(isBitfielded ? position & 0xFF_FFFF : position)
            structure.offsets[text(at: span.word32(place))] = bits / 8
        }
        return structure
    }

    private func name(_ offset: UInt32, among names: Set<String>) -> String? {
        let text = characters(at: offset)
        // Without making a string of each of a hundred thousand names.
        return names.first { text.starts(with: $0.utf8) && text.dropFirst($0.utf8.count).first == 0 }
    }

    private func text(at offset: UInt32) -> String {
        String(decoding: characters(at: offset).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The strings from an offset on; empty if there is none.
    private func characters(at offset: UInt32) -> ArraySlice<UInt8> {
        let offset = Int(offset)
        if offset < baseStrings.count { return baseStrings[(baseStrings.startIndex + offset)...] }
        let place = strings.lowerBound + offset - baseStrings.count
        return strings.contains(place) ? bytes[place..<strings.upperBound] : []
    }
}

extension RawSpan {
    fileprivate func word16(_ offset: Int) -> UInt16 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self) }
    fileprivate func word32(_ offset: Int) -> UInt32 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
}
