import Conntrack
import Reports
import SystemPackage

/// The names of label bits, as iptables, nft and conntrack(8) share them.
enum ConnectionLabels {
    static let path = "/etc/xtables/connlabel.conf"

    /// The format's own bound is 128 lines; a larger file is not that.
    private static let mostBytes = 64 << 10

    /// Those of this host; nil when it has no such file, or none in it.
    static func installed() -> LabelNames? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return LabelNames(String(decoding: bytes, as: UTF8.self))
    }

    /// The bit of a label, from its number or its name.
    static func bit(_ text: String, _ names: LabelNames?) -> UInt8? {
        let number = FilterText.number(text, as: UInt8.self) ?? names?.bit(named: text).flatMap(UInt8.init(exactly:))
        return number.flatMap { $0 < 128 ? $0 : nil }
    }

    /// How a filter reads labels on this host.
    static func filterLabels() -> FilterLabels {
        let names = installed()
        return FilterLabels(takes: "a number up to 127, or a name of \(path)") { bit($0, names) }
    }
}
