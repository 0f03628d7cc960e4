import Addresses
import Conntrack

extension [Expectation] {
    /// A row per expectation: what is expected, with `*` for what the mask leaves open, and because of which connection.
    ///
    /// - Parameter width: columns of the terminal; nil if there is none.
    package func text(_ style: Style, width: Int?) -> [String] {
        if isEmpty { return ["No expectations."] }
        var table = TextTable(columns: [
            .init(title: "PROTO"), .init(title: "SOURCE"), .init(title: "DESTINATION"),
            .init(title: "MASTER-SOURCE", expendable: 2), .init(title: "MASTER-DESTINATION", expendable: 1),
            .init(title: "HELPER", expendable: 3), .init(title: "CLASS", alignsRight: true, expendable: 6),
            .init(title: "TIMEOUT", alignsRight: true, expendable: 4), .init(title: "ZONE", expendable: 7),
            .init(title: "FLAGS", expendable: 5),
        ])
        table.rows = map { expectation in
            let (tuple, mask) = (expectation.tuple.ends, expectation.mask.ends)
            let master = expectation.master.ends
            let flags = expectation.flags.names.joined(separator: ",")
            return [
                .init(tuple.protocol.description), .init(tuple.source.text(under: mask.source)),
                .init(tuple.destination.text(under: mask.destination)), .init(master.source.text),
                .init(master.destination.text), .init(expectation.helper ?? "-"),
                .init(expectation.class.map { "\($0)" } ?? "-"), .init(expectation.timeout.map { "\($0)" } ?? "-"),
                .init("\(expectation.zone ?? 0)"), .init(flags.isEmpty ? "-" : flags),
            ]
        }
        return table.lines(style, width: width)
    }
}

extension Tuple {
    fileprivate var ends: (protocol: IPProtocol, source: End, destination: End) {
        let ports = ports
        return (
            `protocol`, End(address: source, port: ports?.source), End(address: destination, port: ports?.destination)
        )
    }
}

/// One side of a tuple.
private struct End {
    var address: IPAddress?
    var port: UInt16?

    var text: String { joined(address?.description ?? "-", port.map { "\($0)" }) }

    func text(under mask: End) -> String { joined(masked(mask.address), port.map { Self.masked($0, mask.port) }) }

    private static func masked(_ port: UInt16, _ mask: UInt16?) -> String {
        switch mask {
        case 0: "*"
        case nil, .max: "\(port)"
        case let bits?: "\(port)/0x\(String(bits, radix: 16))"
        }
    }

    private func masked(_ mask: IPAddress?) -> String {
        guard let address else { return "-" }
        guard let mask, mask.family == address.family else { return address.description }
        if mask.high == 0, mask.low == 0 { return "*" }
        guard let length = mask.prefixLength else { return "\(address)/\(mask)" }
        return length == mask.bitWidth ? address.description : "\(address)/\(length)"
    }

    private func joined(_ host: String, _ port: String?) -> String {
        guard let port else { return host }
        return address?.family == .ipv6 && host != "*" ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension IPAddress {
    /// The length of a netmask; nil if its set bits are not the leading ones.
    fileprivate var prefixLength: Int? {
        let bytes = networkBytes
        let length = bytes.reduce(0) { $0 + $1.nonzeroBitCount }
        let isLeading = bytes.enumerated().allSatisfy { index, byte in
            let ones = Swift.min(Swift.max(length - index * 8, 0), 8)
            return byte == UInt8(truncatingIfNeeded: 0xFF00 >> ones)
        }
        return isLeading ? length : nil
    }
}

extension JSONWriter {
    /// An expectation, as in `docs/schema/expectation.json`.
    package mutating func expectation(_ expectation: Expectation) {
        object { json in
            json.key("family")
            json.value { $0.append(family: expectation.family) }
            json.member("protocol", expectation.tuple.protocol.description)
            json.member("protocol_number", expectation.tuple.protocol.rawValue)
            json.member("tuple", expectation.tuple)
            json.member("mask", expectation.mask)
            json.member("master", expectation.master)
            json.optional("timeout", expectation.timeout)
            json.member("zone", expectation.zone ?? 0)
            json.optional("id", expectation.id)
            json.member("flags", strings: expectation.flags.names)
            json.optional("class", expectation.class)
            json.optional("helper", expectation.helper)
            json.optional("function", expectation.function)
            if let nat = expectation.nat { json.translation(nat) }
            json.unknown(expectation.unknown)
        }
    }

    private mutating func translation(_ nat: Expectation.NAT) {
        member("nat") { json in
            if let direction = nat.direction { json.member("direction", nat.name(of: direction)) }
            if let tuple = nat.tuple { json.member("tuple", tuple) }
        }
    }
}

extension Expectation.NAT {
    fileprivate func name(of direction: UInt32) -> String {
        switch direction {
        case 0: "original"
        case 1: "reply"
        default: String(direction)
        }
    }
}
