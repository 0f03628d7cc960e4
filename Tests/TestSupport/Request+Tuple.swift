import Netlink

extension Request {
    /// The original tuple of an entry, `tcp 10.0.0.1:1 > 10.0.0.100:80`, by which it is known (`CTA_TUPLE_ORIG`, or with another type what an
    /// expectation is known by).
    package mutating func appendTuple(_ type: UInt16 = 1) {
        nest(type) { tuple in
            tuple.nest(1) { addresses in
                addresses.append(1, [10, 0, 0, 1])
                addresses.append(2, [10, 0, 0, 100])
            }
            tuple.nest(2) { numbers in
                numbers.append(1, host: UInt8(6))
                numbers.append(2, bigEndian: UInt16(1))
                numbers.append(3, bigEndian: UInt16(80))
            }
        }
    }
}
