import Addresses

/// A line of `ipvsadm -S`: what it does, and its options.
struct SavedCommand {
    enum Action {
        case addService, addServer
    }

    let action: Action
    /// By their long names; without a value they are empty.
    private var options: [String: String] = [:]

    /// Long names by short ones, of ipvsadm(8).
    private static let names = [
        "-A": "--add-service", "-a": "--add-server", "-t": "--tcp-service", "-u": "--udp-service",
        "-f": "--fwmark-service", "-s": "--scheduler", "-p": "--persistent", "-M": "--netmask", "-b": "--sched-flags",
        "-o": "--ops", "-6": "--ipv6", "-r": "--real-server", "-g": "--gatewaying", "-i": "--ipip",
        "-m": "--masquerading", "-w": "--weight", "-x": "--u-threshold", "-y": "--l-threshold", "-n": "--numeric",
    ]
    private static let withValue: Set<String> = [
        "--tcp-service", "--udp-service", "--sctp-service", "--fwmark-service", "--scheduler", "--netmask",
        "--sched-flags", "--pe", "--real-server", "--weight", "--u-threshold", "--l-threshold", "--tun-type",
        "--tun-port",
    ]
    private static let withoutValue: Set<String> = [
        "--ops", "--ipv6", "--gatewaying", "--ipip", "--masquerading", "--tun-nocsum", "--tun-csum", "--tun-remcsum",
        "--numeric",
    ]

    init(_ action: String, _ options: ArraySlice<String>) throws(Refused) {
        switch action {
        case "-A", "--add-service": self.action = .addService
        case "-a", "--add-server": self.action = .addServer
        default: throw Refused("“\(action)” is not one of -A and -a, which is all that ipvsadm -S writes")
        }
        var rest = options
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let isLong = word.hasPrefix("--") && parts.count == 2
            let name = isLong ? parts[0] : Self.names[word] ?? word
            var value: String? = isLong ? parts[1] : nil
            if Self.withValue.contains(name) {
                value = value ?? rest.popFirst()
                if value == nil { throw Refused("\(word) needs a value") }
            } else if name == "--persistent" {
                if value == nil, let next = rest.first, !next.hasPrefix("-") { value = rest.popFirst() }
            } else if !Self.withoutValue.contains(name) || value != nil {
                throw Refused("there is no option “\(word)”")
            }
            if self.options.updateValue(value ?? "", forKey: name) != nil { throw Refused("\(word) is there twice") }
        }
    }

    // MARK: What it adds

    func service() throws(Refused) -> Service {
        var service = Service(try identity())
        service.flags = .hashed
        service.scheduler = options["--scheduler"] ?? "wlc"
        if has("--ops") { service.flags.insert(.onePacket) }
        if let timeout = options["--persistent"] {
            service.flags.insert(.persistent)
            service.persistenceTimeout = timeout.isEmpty ? 300 : try number(timeout, "--persistent")
        }
        if let mask = options["--netmask"] { service.persistencePrefix = try prefix(mask, service.identity.family) }
        service.persistenceEngine = options["--pe"]
        for flag in (options["--sched-flags"] ?? "").split(separator: ",") {
            service.flags.insert(try Self.schedulerFlag(String(flag)))
        }
        return service
    }

    func destination(of service: Service) throws(Refused) -> Destination {
        guard let text = options["--real-server"] else { throw Refused("-a needs -r, the real server") }
        var usual: UInt16 = 0
        if case .address(_, let endpoint) = service.identity { usual = endpoint.port }
        var destination = Destination(try endpoint(text, port: usual), try method())
        destination.weight = try number(options["--weight"] ?? "1", "--weight")
        destination.upperThreshold = try number(options["--u-threshold"] ?? "0", "--u-threshold")
        destination.lowerThreshold = try number(options["--l-threshold"] ?? "0", "--l-threshold")
        if destination.method == .tun { destination.tunnel = try tunnel() }
        return destination
    }

    private func identity() throws(Refused) -> Service.Identity {
        let kinds = ["--tcp-service", "--udp-service", "--sctp-service", "--fwmark-service"].filter(has)
        guard kinds.count == 1, let kind = kinds.first, let text = options[kind] else {
            throw Refused("one of -t, -u, --sctp-service and -f is needed, to say which service")
        }
        let family: IPAddress.Family = has("--ipv6") ? .ipv6 : .ipv4
        switch kind {
        case "--fwmark-service":
            let mark: UInt32 = try number(text, "-f")
            if mark == 0 { throw Refused("-f needs a mark above 0") }
            return .fwmark(mark, family)
        case "--udp-service": return .address(.udp, try endpoint(text, port: 0))
        case "--sctp-service": return .address(.sctp, try endpoint(text, port: 0))
        default: return .address(.tcp, try endpoint(text, port: 0))
        }
    }

    private func method() throws(Refused) -> ForwardingMethod {
        let methods: [(name: String, method: ForwardingMethod)] = [
            ("--gatewaying", .dr), ("--ipip", .tun), ("--masquerading", .nat),
        ]
        let chosen = methods.filter { has($0.name) }
        if chosen.count > 1 { throw Refused("-g, -i and -m exclude each other") }
        return chosen.first?.method ?? .dr
    }

    private func tunnel() throws(Refused) -> Destination.Tunnel {
        var tunnel = Destination.Tunnel()
        if let name = options["--tun-type"] {
            guard let type = ["ipip", "gue", "gre"].firstIndex(of: name) else {
                throw Refused("--tun-type is ipip, gue or gre, not “\(name)”")
            }
            tunnel.type = UInt8(type)
        }
        tunnel.port = try number(options["--tun-port"] ?? "0", "--tun-port")
        // `IP_VS_TUNNEL_ENCAP_FLAG_CSUM`, `IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM` (linux/ip_vs.h)
        tunnel.flags = (has("--tun-csum") ? 1 : 0) | (has("--tun-remcsum") ? 2 : 0)
        return tunnel
    }

    // MARK: Values

    private func has(_ option: String) -> Bool { options[option] != nil }

    /// `10.0.0.3:80`, `10.0.0.3`, `[2001:db8::3]:80`, `[2001:db8::3]`
    private func endpoint(_ text: String, port usual: UInt16) throws(Refused) -> Endpoint {
        if let endpoint = Endpoint(text) { return endpoint }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let address = IPAddress(isBracketed ? String(text.dropFirst().dropLast()) : text)
        guard let address, isBracketed == (address.family == .ipv6) else {
            throw Refused("“\(text)” is not an address and port in numbers, as ipvsadm -S -n writes them")
        }
        return Endpoint(address, usual)
    }

    private func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ text: String, _ option: String
    ) throws(Refused) -> Number {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Number(text)
        else { throw Refused("\(option) needs a number of at most \(Number.max), not “\(text)”") }
        return number
    }

    /// IPv4 has a mask, IPv6 a length.
    private func prefix(_ text: String, _ family: IPAddress.Family) throws(Refused) -> Int {
        if family == .ipv4, let mask = IPAddress(text), mask.family == .ipv4 { return mask.low.nonzeroBitCount }
        if family == .ipv6, let length = Int(text), (1...128).contains(length) { return length }
        throw Refused("“\(text)” is not a netmask: IPv4 has one as 255.255.255.0, IPv6 a length as 64")
    }

    /// As the schedulers sh and mh name them (linux/ip_vs.h), or by number.
    private static func schedulerFlag(_ name: String) throws(Refused) -> Service.Flags {
        switch name {
        case "sh-fallback", "mh-fallback", "flag-1": return .scheduler1
        case "sh-port", "mh-port", "flag-2": return .scheduler2
        case "flag-3": return .scheduler3
        default: throw Refused("there is no scheduler flag “\(name)”")
        }
    }
}
