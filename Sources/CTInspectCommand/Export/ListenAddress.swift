import Addresses
import ArgumentParser
import Serving

/// Where to listen: `127.0.0.1:9836`, `[::1]:9836`, or `:9836` for every address.
struct ListenAddress: ExpressibleByArgument, Sendable {
    /// The first that this host has is meant.
    private let hosts: [String]
    private let port: Int

    static let usual = ListenAddress(["127.0.0.1"], 9836)

    private init(_ hosts: [String], _ port: Int) { (self.hosts, self.port) = (hosts, port) }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        let name = argument[..<colon]
        if name.isEmpty {
            self.init(["::", "0.0.0.0"], Int(port))
            return
        }
        // Without brackets, the end of an IPv6 address would be the port.
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        guard let address = IPAddress(String(isBracketed ? name.dropFirst().dropLast() : name)),
            (address.family == .ipv6) == isBracketed
        else { return nil }
        self.init([address.description], Int(port))
    }

    /// - Returns: where it listens now.
    func listen(_ server: PageServer) throws -> String {
        var failure: (any Error)?
        for host in hosts {
            do { return Self.text(host, try server.listen(host: host, port: port)) } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? ListenFailure()
    }

    private struct ListenFailure: Error {}

    private static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ListenAddress: CustomStringConvertible {
    var description: String { Self.text(hosts.first ?? "", port) }
}
