import Addresses
import CNetlink
import Netlink
import SystemPackage

/// The IPVS of a network namespace: over the generic netlink family `IPVS` (net/netfilter/ipvs/ip_vs_ctl.c), and through /proc for
/// connections, which that family does not provide.
///
/// Reading over netlink needs CAP_NET_ADMIN in the initial user namespace (`GENL_ADMIN_PERM`); the list of connections is
/// world-readable. Reading loads and changes nothing.
package struct Director {
    let source: any KernelSource
    let family: GenericFamily

    /// The list of connections, which is world-readable.
    package static let connectionsFile = KernelFile("proc/net/ip_vs_conn")
    /// The same with their origins: learned from another director, or not.
    package static let originsFile = KernelFile("proc/net/ip_vs_conn_sync")
    /// The size of a table that the kernel resizes: only kernels of 2026 have it.
    package static let tableStatusFile = ConnectionTableStatus.file
    /// Small, world-readable, and present with IPVS in every network namespace.
    static let presence = KernelFile("proc/net/ip_vs_stats")

    /// Whether the kernel has IPVS. Needs no privilege, and loads nothing.
    package static func isPresent(in source: any KernelSource) -> Bool { (try? source.text(of: presence)) != nil }

    /// Finds IPVS in the kernel.
    ///
    /// Checks for its file first: a request for the family may load the module (`MODULE_ALIAS_GENL_FAMILY` in ip_vs_ctl.c; seen on 6.1 and
    /// 6.12), and we only observe.
    ///
    /// - Throws: `.absent` if the kernel has no IPVS, or the module is not loaded.
    package init(_ source: any KernelSource) throws(KernelError) {
        do throws(KernelError) {
            _ = try source.text(of: Self.presence)
            family = try GenericFamily(IPVS_GENL_NAME, from: source)
        } catch {
            throw error.cause == .absent ? Self.absence(from: source) : error
        }
        self.source = source
    }

    /// Whether loading a module would help, if the list of modules is visible (not from within a container).
    private static func absence(from source: any KernelSource) -> KernelError {
        if source is CapturedKernel {
            return KernelError(
                "find IPVS", .absent, detail: "this capture is of a host without IPVS", nextStep: "capture a director")
        }
        let release = source.origin.kernelRelease
        let list = try? source.text(of: KernelFile("lib/modules/\(release)/modules.dep"), atMost: 16 << 20)
        let (why, nextStep) =
            switch list?.contains("/ip_vs.ko") {
            case true?: ("the module ip_vs is not loaded", "modprobe ip_vs")
            case false?:
                (
                    "the kernel \(release) was built without it",
                    "use a kernel with CONFIG_IP_VS, such as Debian's stock kernels"
                )
            case nil: ("this kernel lacks it, or its module is not loaded", "modprobe ip_vs")
            }
        return KernelError("find IPVS", .absent, detail: why, nextStep: nextStep)
    }

    /// The services, and how the answers with them ended.
    package struct Listing: Equatable, Sendable {
        /// With their destinations, in the order of ipvsadm(8).
        package var services: [Service] = []
        /// If it is not whole, a service or a destination may be missing, or a service's destinations be older than others'.
        package var answer = Answer()

        package var interrupted: Bool { answer.interrupted }

        package init() {}
    }

    /// All services with their destinations, in the order of ipvsadm(8).
    ///
    /// - Parameter wanted: those whose destinations are listed, which takes a request for each; all if nil.
    package func services(destinationsOf wanted: Set<Service.Identity>? = nil) throws(KernelError) -> Listing {
        var listing = Listing()
        var known: Set<Service.Identity> = []
        let request = request("list the services of IPVS", IPVS_CMD_GET_SERVICE, NLM_F_DUMP)
        listing.answer = try ask(request, for: IPVS_CMD_NEW_SERVICE, IPVS_CMD_ATTR_SERVICE) {
            attribute, bytes throws(DecodeError) in
            let service = try Service(attribute, in: bytes)
            // A list that changes during the dump may contain a service twice.
            if known.insert(service.identity).inserted { listing.services.append(service) }
        }
        for index in listing.services.indices where wanted?.contains(listing.services[index].identity) ?? true {
            try addDestinations(to: index, of: &listing)
        }
        listing.services.sort { $0.identity < $1.identity }
        return listing
    }

    /// The same for those who cannot say that some are missing.
    ///
    /// - Throws: also, `.damaged`, that there are services or destinations that could not be used.
    package func wholeServices() throws(KernelError) -> [Service] {
        let listing = try services()
        try listing.answer.requireUsable("list the services of IPVS")
        return listing.services
    }

    /// None if the service has been removed by now.
    private func addDestinations(to index: Int, of listing: inout Listing) throws(KernelError) {
        let service = listing.services[index].identity
        var request = request("list the destinations of \(service)", IPVS_CMD_GET_DEST, NLM_F_DUMP)
        request.nest(IPVS_CMD_ATTR_SERVICE) { service.append(to: &$0) }
        var destinations: [Destination] = []
        let answer = try ask(request, for: IPVS_CMD_NEW_DEST, IPVS_CMD_ATTR_DEST) {
            attribute, bytes throws(DecodeError) in
            destinations.append(try Destination(attribute, of: service.family, in: bytes))
        }
        listing.answer.add(answer)
        listing.services[index].destinations = destinations.sorted { $0.endpoint < $1.endpoint }
    }

    func request(_ purpose: String, _ command: Int, _ flags: Int32) -> Request {
        .generic(
            purpose, family: family.id, command: UInt8(command), version: UInt8(IPVS_GENL_VERSION), flags: flags)
    }

    /// Asks for one thing, whose attributes are delivered.
    ///
    /// - Parameter answering: the command of the message that answers, `IPVS_CMD_SET_*`.
    func ask(
        _ purpose: String, _ command: Int, answering: Int, _ each: (Attribute, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) {
        try source.askStrictly(request(purpose, command, NLM_F_ACK)) { message, datagram throws(DecodeError) in
            var cursor = AttributeCursor(try message.attributes(ofCommand: answering, in: datagram))
            while let attribute = try cursor.next(in: datagram) { try each(attribute, datagram) }
        }
    }

    /// Asks for a list, in which each message has one thing.
    ///
    /// - Parameters:
    ///   - command: that of these messages, `IPVS_CMD_NEW_*`.
    ///   - type: the attribute with the thing, `IPVS_CMD_ATTR_*`.
    func ask(
        _ request: Request, for command: Int, _ type: Int, _ each: (Attribute, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        try source.ask(request) { message, datagram throws(DecodeError) in
            let attributes = try message.attributes(ofCommand: command, in: datagram)
            var cursor = AttributeCursor(attributes)
            while let attribute = try cursor.next(in: datagram) {
                if Int(attribute.type) == type { return try each(attribute, datagram) }
            }
            throw .unusable("message of IPVS", "it has no attribute \(type)", at: attributes.lowerBound)
        }
    }
}

extension Service.Identity: CustomStringConvertible {
    /// `tcp 10.0.0.100:80`, `fwmark 7`, `fwmark 7 IPv6`.
    package var description: String {
        switch self {
        case .address(let `protocol`, let endpoint): "\(`protocol`) \(endpoint)"
        case .fwmark(let mark, .ipv4): "fwmark \(mark)"
        case .fwmark(let mark, .ipv6): "fwmark \(mark) IPv6"
        }
    }
}

extension Director {
    /// `ip_vs_info_seq_show` in net/netfilter/ipvs/ip_vs_ctl.c.
    static let servicesFile = KernelFile("proc/net/ip_vs")

    /// The services according to /proc, which is world-readable: for shell completion. For everything else use `services()`: it has more
    /// details, and reads completely.
    ///
    /// Blocks while the kernel writes up to 1 MiB. Loads nothing.
    ///
    /// - Throws: `.absent` if the kernel has no IPVS.
    package static func listedServices(in source: any KernelSource) throws(KernelError) -> [Service.Identity] {
        try source.text(of: servicesFile).split(whereSeparator: \.isNewline).compactMap(Service.Identity.init(row:))
    }
}

extension Service.Identity {
    /// A service's row; nil for any other. `TCP  0A000064:0050 rr`, `UDP  [2001:0db8:…:0100]:0035 wlc`, `FWM  00000001 rr`.
    init?(row: some StringProtocol) {
        let fields = row.split(separator: " ", maxSplits: 2)
        guard fields.count >= 2, !row.hasPrefix(" ") else { return nil }
        if fields[0] == "FWM" {
            guard let mark = UInt32(fields[1], radix: 16) else { return nil }
            // The row lacks the family.
            self = .fwmark(mark, .ipv4)
            return
        }
        guard let itsProtocol = IPProtocol(fields[0]), let colon = fields[1].lastIndex(of: ":"),
            let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16),
            let address = Self.address(String(fields[1][..<colon]))
        else { return nil }
        self = .address(itsProtocol, Endpoint(address, port))
    }

    private static func address(_ text: String) -> IPAddress? {
        if text.hasPrefix("["), text.hasSuffix("]") { return IPAddress(String(text.dropFirst().dropLast())) }
        return UInt32(text, radix: 16).map(IPAddress.init(ipv4:))
    }
}
