import Addresses
import Conntrack

extension JSONWriter {
    /// An expectation, as `docs/schema/expectation.json` has it.
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
