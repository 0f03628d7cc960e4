import Addresses
import Archives

/// A segment's file: `000001-2026-11-29T09-47-21Z.jsonl`, and with `.zst` or `.gz` once it is compressed.
struct SegmentName: Hashable, Comparable {
    /// Never used twice in a directory, also after the segment is gone.
    let number: Int
    /// When it began, in whole seconds.
    let began: Moment
    var compression: Compression?

    /// So that there is always a next number.
    static let mostDigits = 18

    init(number: Int, began: Moment, compression: Compression? = nil) {
        self.number = number
        self.began = Moment(nanoseconds: began.seconds * 1_000_000_000)
        self.compression = compression
    }

    /// Nil if it is nothing that we write.
    init?(_ text: String) {
        let digits = text.prefix { $0 != "-" }
        let rest = text.dropFirst(digits.count + 1)
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard digits.utf8.count <= Self.mostDigits, let number = Int(digits), number > 0, let time = parts.first,
            let began = Self.moment(time)
        else { return nil }
        self.init(number: number, began: began, compression: parts.dropFirst(2).first.flatMap { Compression($0) })
        // Other spellings of the same (a sign, another suffix) are not ours.
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// Colons would have to be escaped in some shells, and are forbidden in some file systems.
    private static func moment(_ text: Substring) -> Moment? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = parts.first, let clock = parts.last else { return nil }
        return Moment(rfc3339: "\(day)T\(String(clock.map { $0 == "-" ? ":" : $0 }))")
    }

    var text: String {
        let digits = String(number)
        let time = began.rfc3339.prefix(19).map { $0 == ":" ? "-" : $0 }
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + "-" + String(time) + "Z.jsonl"
            + (compression.map { ".\($0.suffix)" } ?? "")
    }

    /// The same segment's file, uncompressed.
    var plain: SegmentName { SegmentName(number: number, began: began) }

    func compressed(_ compression: Compression) -> SegmentName {
        SegmentName(number: number, began: began, compression: compression)
    }

    /// In the order of their lines.
    static func < (one: SegmentName, other: SegmentName) -> Bool {
        (one.number, one.began.nanoseconds, one.compression?.suffix ?? "")
            < (other.number, other.began.nanoseconds, other.compression?.suffix ?? "")
    }
}

extension Compression {
    /// From what a file's name ends with.
    fileprivate init?(_ suffix: Substring) {
        guard let found = Self.allCases.first(where: { $0.suffix == suffix }) else { return nil }
        self = found
    }
}

/// A file that is written beside the one that it is going to replace. One that is found is left of a recorder that was killed.
enum AsideName {
    static func text(for name: String) -> String { ".\(name).new" }

    static func isOurs(_ text: String) -> Bool {
        guard text.hasPrefix("."), text.hasSuffix(".new") else { return false }
        let name = String(text.dropFirst().dropLast(4))
        return name == RecordManifest.name || SegmentName(name) != nil
    }
}
