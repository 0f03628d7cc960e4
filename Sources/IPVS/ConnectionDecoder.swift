import Addresses
import CNetlink
import Netlink

extension Connection {
    /// Decodes the records of a `ConnectionTable`.
    ///
    /// - Parameter batch: whole records.
    /// - Throws: if one of them is not.
    static func decode(_ batch: RawSpan, into connections: inout [Connection]) throws(DecodeError) {
        var start = 0
        while start < batch.byteCount {
            let length = Int(try batch.host(UInt16.self, at: start + ConnectionRecord.length))
            guard length >= ConnectionRecord.size, length % 8 == 0, length <= batch.byteCount - start else {
                throw DecodeError("connection record", "has a length of \(length)", at: start)
            }
            let engine = try engine(batch.extracting(start..<start + length))
            connections.append(try decode(batch.part(at: start, size: ConnectionRecord.size)))
            // Few have one: given to the initializer, it would have each of the others copied.
            if let engine { connections[connections.count - 1].persistenceEngine = engine }
            start += length
        }
    }

    /// Inlined, as a result would be copied.
    ///
    /// - Parameter record: without its persistence engine.
    @inline(__always)
    private static func decode(_ record: RawSpan) throws(DecodeError) -> Connection {
        let family = try record.host(UInt8.self, at: ConnectionRecord.family)
        let destinationFamily = try record.host(UInt8.self, at: ConnectionRecord.destinationFamily)
        let number = try record.host(UInt16.self, at: ConnectionRecord.protocol)
        let details = ConnectionDetails(
            flags: try record.host(UInt32.self, at: ConnectionRecord.flags),
            firewallMark: try record.host(UInt32.self, at: ConnectionRecord.firewallMark),
            packets: try record.host(UInt32.self, at: ConnectionRecord.packets))
        return Connection(
            IPProtocol(rawValue: UInt8(truncatingIfNeeded: number)),
            client: try endpoint(record, family, ConnectionRecord.client, ConnectionRecord.clientPort),
            virtual: try endpoint(record, family, ConnectionRecord.virtual, ConnectionRecord.virtualPort),
            destination: try endpoint(
                record, destinationFamily, ConnectionRecord.destination, ConnectionRecord.destinationPort),
            state: ConnectionStates.state(
                try record.host(UInt16.self, at: ConnectionRecord.state), number,
                isTemplate: details.flags.isTemplate),
            // As jiffies_delta_to_msecs, which /proc prints: not below 0.
            expires: UInt32(max(0, try record.host(Int32.self, at: ConnectionRecord.expires))),
            details: details)
    }

    @inline(__always)
    private static func endpoint(
        _ record: RawSpan, _ family: UInt8, _ address: Int, _ port: Int
    ) throws(DecodeError) -> Endpoint {
        let port = try record.bigEndian(UInt16.self, at: port)
        guard family == UInt8(AF_INET6) else {
            return Endpoint(IPAddress(ipv4: try record.bigEndian(at: address)), port)
        }
        return Endpoint(
            IPAddress(ipv6High: try record.bigEndian(at: address), low: try record.bigEndian(at: address + 8)), port)
    }

    @inline(__always)
    private static func engine(_ record: RawSpan) throws(DecodeError) -> String? {
        let name = Int(try record.host(UInt8.self, at: ConnectionRecord.engineNameLength))
        return name == 0 ? nil : try engine(record, name)
    }

    /// `NAME DATA`, as in a row of /proc.
    private static func engine(_ record: RawSpan, _ name: Int) throws(DecodeError) -> String {
        let data = Int(try record.host(UInt8.self, at: ConnectionRecord.engineDataLength))
        let start = ConnectionRecord.size
        guard start + name + data <= record.byteCount else {
            throw DecodeError("connection record", "ends in its persistence engine", at: start)
        }
        return record.text(start..<start + name) + " " + record.text(start + name..<start + name + data)
    }
}
