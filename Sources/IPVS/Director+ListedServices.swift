import Addresses
import Netlink

extension Director {
    /// `ip_vs_info_seq_show` in net/netfilter/ipvs/ip_vs_ctl.c.
    static let servicesFile = KernelFile("proc/net/ip_vs")

    /// Which services there are, by /proc, which is open to everyone: for completing a command line. For all else `services()` is
    /// better: it tells what they are, and reads them whole.
    ///
    /// Blocks for as long as the kernel needs to write up to 1 MiB. Loads nothing.
    ///
    /// - Throws: `.absent` when the kernel has no IPVS.
    package static func listedServices(in source: any KernelSource) throws(KernelError) -> [Service.Identity] {
        try source.text(of: servicesFile).split(whereSeparator: \.isNewline).compactMap(Service.Identity.init(row:))
    }
}

extension Service.Identity {
    /// A row of a service; nil for any other. `TCP  0A000064:0050 rr`, `UDP  [2001:0db8:…:0100]:0035 wlc`, `FWM  00000001 rr`.
    init?(row: some StringProtocol) {
        let fields = row.split(separator: " ", maxSplits: 2)
        guard fields.count >= 2, !row.hasPrefix(" ") else { return nil }
        if fields[0] == "FWM" {
            guard let mark = UInt32(fields[1], radix: 16) else { return nil }
            // The row does not tell the family.
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
