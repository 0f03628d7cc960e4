import Addresses

extension EntryFilter {
    /// Some bits of a mark: those of the mask, as nft and iptables write it.
    package struct Mark: Equatable, Sendable {
        /// Has no bit that the mask lacks.
        package let value: UInt32
        /// The bits that are compared.
        package let mask: UInt32

        /// A bit of the value outside the mask is dropped.
        package init(_ value: UInt32, mask: UInt32 = .max) {
            self.value = value & mask
            self.mask = mask
        }

        /// The bits in which all these agree; nil when there are none.
        init?(commonTo marks: [Mark]) {
            guard let first = marks.first else { return nil }
            let common = marks.reduce(UInt32.max) { $0 & $1.mask & ~($1.value ^ first.value) }
            if common == 0 { return nil }
            self.init(first.value, mask: common)
        }

        func matches(_ mark: UInt32) -> Bool { mark & mask == value }
    }

    /// A state of a protocol, by its number in each protocol that has it.
    package struct State: Equatable, Sendable {
        /// `enum tcp_conntrack`
        package let tcp: UInt8?
        /// `enum sctp_conntrack`
        package let sctp: UInt8?
        /// `enum ct_dccp_states`
        package let dccp: UInt8?

        /// Reads a name of any of the protocols, in any case (`ESTABLISHED` is one of TCP and of SCTP), or a number (of all three).
        package init?(_ text: some StringProtocol) {
            let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if isNumber, let number = UInt8(text) {
                (tcp, sctp, dccp) = (number, number, number)
                return
            }
            let name = text.uppercased()
            tcp = ProtocolState.TCP.names.firstIndex(of: name).map(UInt8.init)
            sctp = ProtocolState.SCTP.names.firstIndex(of: name).map(UInt8.init)
            dccp = ProtocolState.DCCP.names.firstIndex(of: name).map(UInt8.init)
            if tcp == nil, sctp == nil, dccp == nil { return nil }
        }

        /// The protocols whose entries can be in this state.
        var protocols: [IPProtocol] { [.tcp, .sctp, .dccp].filter { number(in: $0) != nil } }

        func number(in protocol: IPProtocol) -> UInt8? {
            switch `protocol` {
            case .tcp: tcp
            case .sctp: sctp
            case .dccp: dccp
            default: nil
            }
        }

        func matches(_ state: ProtocolState?) -> Bool {
            switch state {
            case .tcp(let entry)?: tcp != nil && entry.state == tcp
            case .sctp(let entry)?: sctp != nil && entry.state == sctp
            case .dccp(let entry)?: dccp != nil && entry.state == dccp
            case nil: false
            }
        }
    }

    /// What a client asks for: the destination of the original direction.
    package struct Service: Equatable, Sendable {
        /// Nil for any.
        package let `protocol`: IPProtocol?
        /// The address that clients ask for.
        package let address: IPAddress
        /// Nil for any, and for what has no ports.
        package let port: UInt16?

        /// Reads `[PROTOCOL/]ADDRESS[:PORT]`, an IPv6 address with a port in brackets.
        package init?(_ text: String) {
            var rest = text
            var named: IPProtocol?
            if let slash = text.firstIndex(of: "/") {
                named = IPProtocol(text[..<slash])
                if named == nil { return nil }
                rest = String(text[text.index(after: slash)...])
            }
            `protocol` = named
            if let endpoint = Endpoint(rest) {
                (address, port) = (endpoint.address, endpoint.port)
            } else if let alone = IPAddress(rest) {
                (address, port) = (alone, nil)
            } else {
                return nil
            }
        }

        func matches(_ original: Tuple) -> Bool {
            guard original.destination == address, `protocol` == nil || `protocol` == original.protocol else {
                return false
            }
            return port == nil || original.ports?.destination == port
        }
    }
}
