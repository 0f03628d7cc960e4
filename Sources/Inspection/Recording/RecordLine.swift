import Addresses
import Conntrack
import IPVS

/// A line of a record, as it was written; what it has beyond time, host and kind is read when it is asked for.
package struct RecordLine: Sendable {
    package let time: Moment
    package let host: String
    package let networkNamespace: String?
    package let kind: Kind
    /// All of it.
    package let value: JSONObject

    /// What a line is about: its member `record`.
    package enum Kind: String, CaseIterable, Sendable {
        case start, end, flow, service, server, ipvs, setting, finding, ruleset, minute, traffic, drops, loss
    }

    /// - Parameter text: the line, with or without its end.
    /// - Returns: nil if it is not a line of a record, or of a kind that is not known.
    package init?(_ text: [UInt8]) {
        guard let value = JSONObject(text), let time = value["time"]?.string.flatMap(Moment.init(rfc3339:)),
            let host = value["host"]?.string, let kind = value["record"]?.string.flatMap(Kind.init(rawValue:))
        else { return nil }
        (self.time, self.host, self.kind, self.value) = (time, host, kind, value)
        networkNamespace = value["netns"]?.string
    }

    /// Since 1970, in whole seconds.
    package var second: UInt32 { UInt32(clamping: time.seconds) }

    package func text(_ name: String) -> String? { value[name]?.string }

    package func number(_ name: String) -> Int64? { value[name]?.number }

    package func endpoint(_ name: String) -> Endpoint? { value[name].flatMap(Endpoint.init) }

    /// Nil if it has none, or one that is not known.
    package var service: Service.Identity? { value["service"].flatMap(Service.Identity.init) }

    package var `protocol`: IPProtocol? { text("protocol").flatMap { IPProtocol($0) } }
}

extension Endpoint {
    fileprivate init?(_ value: JSONValue) {
        guard let address = value["address"]?.string.flatMap({ IPAddress($0) }),
            let port = value["port"]?.number.flatMap({ UInt16(exactly: $0) })
        else { return nil }
        self.init(address, port)
    }
}

extension Service.Identity {
    /// As documents have it: an address with a port, or a mark.
    package init?(_ value: JSONValue) {
        if let mark = value["fwmark"]?.number.flatMap({ UInt32(exactly: $0) }) {
            self = .fwmark(mark, value["family"]?.string == "ipv6" ? .ipv6 : .ipv4)
            return
        }
        guard let transport = value["protocol"]?.string.flatMap({ IPProtocol($0) }), let endpoint = Endpoint(value)
        else {
            return nil
        }
        self = .address(transport, endpoint)
    }
}
