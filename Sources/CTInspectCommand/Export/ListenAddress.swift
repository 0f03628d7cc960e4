import Addresses
import ArgumentParser
import Netlink
import Serving
import SystemPackage

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
    func listen(_ server: PageServer) throws(KernelError) -> String {
        var failure: KernelError?
        for host in hosts {
            do throws(ListenFailure) { return Self.text(host, try server.listen(host: host, port: port)) } catch {
                failure = failure ?? KernelError("listen at \(self)", error)
            }
        }
        throw failure ?? KernelError("listen at \(self)", .failed)
    }

    private static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ListenAddress: CustomStringConvertible {
    var description: String { Self.text(hosts.first ?? "", port) }
}

extension KernelError {
    init(_ purpose: String, _ failure: ListenFailure) {
        guard let errno = failure.errno.map(Errno.init(rawValue:)) else {
            self.init(purpose, .failed, detail: failure.description)
            return
        }
        let nextStep: String? =
            switch errno {
            case .addressInUse: "choose another port: --listen ADDRESS:PORT"
            case .permissionDenied: "choose a port from 1024"
            default: nil
            }
        self.init(purpose, errno, nextStep: nextStep)
    }
}
