import Addresses

extension Service {
    /// The commands that make it and its destinations, as `ipvsadm -S -n` writes them and `ipvsadm -R` reads them. What ipvsadm(8) does not save
    /// is at their ends: the thresholds of a destination.
    package var savedLines: [String] { ["-A \(option)\(scheduling)"] + destinations.map { "-a \(option) \($0.saved)" } }

    /// Which service it is.
    private var option: String {
        switch identity {
        case .fwmark(let mark, let family): "-f \(mark)" + (family == .ipv6 ? " -6" : "")
        case .address(.tcp, let endpoint): "-t \(endpoint)"
        case .address(.udp, let endpoint): "-u \(endpoint)"
        case .address(let `protocol`, let endpoint): "--\(`protocol`)-service \(endpoint)"
        }
    }

    private var scheduling: String {
        var text = " -s \(scheduler)"
        if flags.contains(.persistent) {
            text += " -p \(persistenceTimeout)"
            if let persistenceMask { text += " -M \(persistenceMask)" }
            if let persistenceEngine, !persistenceEngine.isEmpty { text += " --pe \(persistenceEngine)" }
        }
        if flags.contains(.onePacket) { text += " -o" }
        let words = flags.schedulerWords(scheduler)
        return words.isEmpty ? text : text + " -b " + words.joined(separator: ",")
    }

    /// How much of a client's address counts for persistence, as ipvsadm(8) writes it: of IPv4 a mask, of IPv6 a length; nil for all of it.
    package var persistenceMask: String? {
        switch identity.family {
        case .ipv6: persistencePrefix == 128 ? nil : String(persistencePrefix)
        case .ipv4:
            persistencePrefix == 32
                ? nil
                : IPAddress(ipv4: UInt32(truncatingIfNeeded: 0xFFFF_FFFF << (32 - UInt64(persistencePrefix))))
                    .description
        }
    }
}

extension Destination {
    fileprivate var saved: String {
        var text = "-r \(endpoint) \(methodOption) -w \(weight)"
        if method == .tun, let tunnel { text += tunnel.saved }
        if upperThreshold > 0 { text += " -x \(upperThreshold)" }
        if lowerThreshold > 0 { text += " -y \(lowerThreshold)" }
        return text
    }

    /// Which one is local, the kernel finds out itself.
    private var methodOption: String {
        switch method {
        case .nat: "-m"
        case .tun: "-i"
        default: "-g"
        }
    }
}

extension Destination.Tunnel {
    fileprivate var saved: String {
        var text = " --tun-type \(name)"
        if name == "gue" { text += " --tun-port \(port)" }
        guard name != "ipip" else { return text }
        // `IP_VS_TUNNEL_ENCAP_FLAG_CSUM`, `IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM` (linux/ip_vs.h)
        if flags & 2 != 0 { return text + " --tun-remcsum" }
        return text + (flags & 1 != 0 ? " --tun-csum" : " --tun-nocsum")
    }
}
