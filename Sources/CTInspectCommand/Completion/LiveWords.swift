import Addresses
import IPVS
import Inspection
import Netlink

/// Values that depend on the host: what a shell is offered must be there at once, and is nothing where it is not permitted.
enum LiveWords {
    /// The names that ip-netns(8) lists.
    static var networkNamespaces: [String] { (try? LiveKernel().list(KernelFile("run/netns")).sorted()) ?? [] }

    /// The services of the director that the line is about, as `--service` takes them.
    static func services(_ line: CommandLineWords) -> [String] { identities(line).map(\.selector) }

    /// Those that the filter of entries takes, which have no firewall mark.
    static func addressedServices(_ line: CommandLineWords) -> [String] {
        services(line).filter { !$0.hasPrefix("fwmark:") }
    }

    /// Their addresses, each once.
    static func virtualAddresses(_ line: CommandLineWords) -> [String] {
        var seen: Set<IPAddress> = []
        return identities(line).compactMap { identity in
            guard case .address(_, let endpoint) = identity, seen.insert(endpoint.address).inserted else { return nil }
            return "\(endpoint.address)"
        }
    }

    /// Whether the kernel, or the capture, that the line is about has IPVS.
    static func hasIPVS(_ line: CommandLineWords) -> Bool {
        (try? source(line)).map { Director.isPresent(in: $0) } ?? false
    }

    private static func identities(_ line: CommandLineWords) -> [Service.Identity] {
        guard let source = try? source(line) else { return [] }
        // A capture has the answers over netlink alone. Those need a privilege, which who completes a line with sudo before it has not.
        if line.value(of: "--capture") != nil {
            return (try? Director(source).services().services.map(\.identity)) ?? []
        }
        return (try? Director.listedServices(in: source)) ?? []
    }

    private static func source(_ line: CommandLineWords) throws(KernelError) -> any KernelSource {
        if let capture = line.path(of: "--capture") { return try CapturedKernel(capture) }
        let netns = line.value(of: "--netns")
        if let netns { try NetworkNamespace.enter(netns) }
        return LiveKernel(networkNamespace: netns)
    }
}

extension Service.Identity {
    /// As ServiceSelector reads it.
    fileprivate var selector: String {
        switch self {
        case .fwmark(let mark, _): "fwmark:\(mark)"
        case .address(let itsProtocol, let endpoint): "\(itsProtocol)/\(endpoint)"
        }
    }
}
