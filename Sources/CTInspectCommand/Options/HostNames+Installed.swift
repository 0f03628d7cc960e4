import Conntrack
import SystemPackage

extension HostNames {
    /// Those in the files of this host. The list of services is only read if a port has a name.
    static var installed: HostNames {
        HostNames(labels: ConnectionLabels.filterLabels()) { name in
            ports[name]
        }
    }

    private static let ports = ServicePorts(servicesText ?? "")

    private static let path = "/etc/services"

    /// Debian's has 13 KB; one with every number of IANA's 700.
    private static let mostBytes = 2 << 20

    private static var servicesText: String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The ports of services by name, as services(5) lists them.
struct ServicePorts {
    private var ports: [String: [UInt16]] = [:]

    /// Reads `http 80/tcp www # comment`: a name, its port with the protocol, and other names.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let port = words[1].split(separator: "/").first.flatMap({ UInt16($0) }) else {
                continue
            }
            for name in [words[0]] + words.dropFirst(2) where !self[String(name)].contains(port) {
                ports[name.lowercased(), default: []].append(port)
            }
        }
    }

    /// None if there is no such name.
    subscript(name: String) -> [UInt16] { ports[name.lowercased()] ?? [] }
}
