import Addresses
import IPVS
import Inspection
import Netlink

/// Values that depend on the host: completions must be immediate, and empty if not permitted.
enum LiveWords {
    /// The names listed by ip-netns(8).
    static var networkNamespaces: [String] { (try? LiveKernel().list(KernelFile("run/netns")).sorted()) ?? [] }

    /// The services of the director on the command line, in the format of `--service`.
    static func services(_ line: CommandLineWords) -> [String] { identities(line).map(\.selector) }

    /// Those accepted by the entry filter, i.e. without firewall marks.
    static func addressedServices(_ line: CommandLineWords) -> [String] {
        services(line).filter { !$0.hasPrefix("fwmark:") }
    }

    /// Their addresses, without duplicates.
    static func virtualAddresses(_ line: CommandLineWords) -> [String] {
        var seen: Set<IPAddress> = []
        return identities(line).compactMap { identity in
            guard case .address(_, let endpoint) = identity, seen.insert(endpoint.address).inserted else { return nil }
            return "\(endpoint.address)"
        }
    }

    /// Whether the kernel or capture on the command line has IPVS.
    static func hasIPVS(_ line: CommandLineWords) -> Bool {
        (try? source(line)).map { Director.isPresent(in: $0) } ?? false
    }

    private static func identities(_ line: CommandLineWords) -> [Service.Identity] {
        guard let source = try? source(line) else { return [] }
        // A capture only has netlink answers. Live ones need a privilege, which a user completing a sudo command lacks.
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
    /// In the format of ServiceSelector.
    fileprivate var selector: String {
        switch self {
        case .fwmark(let mark, _): "fwmark:\(mark)"
        case .address(let itsProtocol, let endpoint): "\(itsProtocol)/\(endpoint)"
        }
    }
}
