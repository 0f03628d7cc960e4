import Addresses
import Conntrack
import SystemPackage

extension HostNames {
    /// Those in the files of this host. The list of services is only read if a port has a name.
    static var installed: HostNames {
        HostNames(labels: ConnectionLabels.filterLabels()) { name in
            ports[name]
        }
    }

    private static let ports = NumberedNames(text(of: "/etc/services") ?? "")
    private static let protocols = NumberedNames(text(of: "/etc/protocols") ?? "")

    /// The values of an option, `tcp,!igmp`, in which the protocols that only /etc/protocols names are numbers.
    static func numberedProtocols(_ argument: String) -> String {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let name = part.drop { $0 == "!" || $0 == " " }
            guard IPProtocol(name) == nil, let number = protocols[String(name)].first else { return String(part) }
            return part.prefix(part.count - name.count) + String(number)
        }
        return parts.joined(separator: ",")
    }

    /// Debian's lists have 13 and 3 KB; one with every number of IANA's 700.
    private static let mostBytes = 2 << 20

    private static func text(of path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Numbers by name, as services(5) and protocols(5) list them.
struct NumberedNames {
    private var numbers: [String: [UInt16]] = [:]

    /// Reads `http 80/tcp www # comment` and `igmp 2 IGMP`: a name, its number, and other names.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let number = words[1].split(separator: "/").first.flatMap({ UInt16($0) }) else {
                continue
            }
            for name in [words[0]] + words.dropFirst(2) where !self[String(name)].contains(number) {
                numbers[name.lowercased(), default: []].append(number)
            }
        }
    }

    /// None if there is no such name.
    subscript(name: String) -> [UInt16] { numbers[name.lowercased()] ?? [] }
}
