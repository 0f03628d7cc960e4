import Conntrack
import Reports
import SystemPackage

/// The names of label bits, shared by iptables, nft and conntrack(8).
enum ConnectionLabels {
    static let path = "/etc/xtables/connlabel.conf"

    /// The format is limited to 128 lines; a larger file is something else.
    private static let mostBytes = 64 << 10

    /// Those of this host; nil if it has no such file, or no names in it.
    static func installed() -> LabelNames? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return LabelNames(String(decoding: bytes, as: UTF8.self))
    }

    /// The bit of a label, by name or number. A name can be a number: it is the name first, as for conntrack(8).
    static func bit(_ text: String, _ names: LabelNames?) -> UInt8? {
        let number = names?.bit(named: text).flatMap(UInt8.init(exactly:)) ?? FilterText.number(text, as: UInt8.self)
        return number.flatMap { $0 < 128 ? $0 : nil }
    }

    /// How filters read labels on this host.
    static func filterLabels() -> FilterLabels {
        let names = installed()
        return FilterLabels(takes: "a number up to 127, or a name in \(path)") { bit($0, names) }
    }
}
