import CNetlink

/// A netlink request: its bus, its purpose in words, and its bytes.
///
/// Two requests with the same bytes are equal, whatever their purpose: that is how a capture finds its answers.
package struct Request: Sendable {
    /// The netlink protocol that a socket speaks.
    package enum Bus: UInt16, Sendable {
        /// `NETLINK_ROUTE`
        case route = 0
        /// `NETLINK_SOCK_DIAG`
        case diagnostics = 4
        /// `NETLINK_NETFILTER`
        case netfilter = 12
        /// `NETLINK_GENERIC`
        case generic = 16
    }

    package let bus: Bus
    /// What is requested, to follow "cannot": `dump the conntrack table`.
    package let purpose: String
    /// The message including its header; length and sequence are set when it is sent.
    private var bytes: [UInt8]

    /// - Parameter flags: in addition to `NLM_F_REQUEST`: `NLM_F_DUMP` for a dump, else `NLM_F_ACK`, so that every answer has an end.
    package init(_ bus: Bus, _ purpose: String, type: UInt16, flags: Int32) {
        self.bus = bus
        self.purpose = purpose
        bytes = [UInt8](repeating: 0, count: Message.headerSize)
        Self.store(type, into: &bytes, at: 4)
        Self.store(UInt16(NLM_F_REQUEST | flags), into: &bytes, at: 6)
    }

    /// `NLMSG_*`, or defined by the bus.
    var type: UInt16 { (try? bytes.span.bytes.host(at: 4)) ?? 0 }

    /// Whether everything is requested (`NLM_F_DUMP`) rather than one object.
    package var isDump: Bool {
        (try? bytes.span.bytes.host(UInt16.self, at: 6)).map { $0 & UInt16(NLM_F_DUMP) != 0 } ?? false
    }

    /// A request as it was sent; equal to the one it was sent from.
    init(recorded message: [UInt8], on bus: Bus) {
        self.bus = bus
        purpose = "replay"
        bytes = message + [UInt8](repeating: 0, count: max(0, Message.headerSize - message.count))
        // Length, sequence and port were filled in for sending.
        bytes.replaceSubrange(0..<4, with: repeatElement(0, count: 4))
        bytes.replaceSubrange(8..<16, with: repeatElement(0, count: 8))
    }

    /// A request to an nfnetlink subsystem (`struct nfgenmsg`).
    ///
    /// - Parameters:
    ///   - family: an `AF_*` number, 0 for all.
    ///   - resource: for subsystems that number their objects (`res_id`): the NFLOG group.
    package static func netfilter(
        _ purpose: String, subsystem: Int32, message: UInt32, flags: Int32, family: Int32 = 0, resource: UInt16 = 0
    ) -> Request {
        var request = Request(.netfilter, purpose, type: UInt16(subsystem) << 8 | UInt16(message), flags: flags)
        request.bytes += [UInt8(truncatingIfNeeded: family), UInt8(NFNETLINK_V0)]
        request.bytes += withUnsafeBytes(of: resource.bigEndian, Array.init)
        return request
    }

    /// A request to a generic netlink family (`struct genlmsghdr`).
    package static func generic(
        _ purpose: String, family: UInt16, command: UInt8, version: UInt8, flags: Int32
    ) -> Request {
        var request = Request(.generic, purpose, type: family, flags: flags)
        request.bytes += [command, version, 0, 0]
        return request
    }

    /// A request to rtnetlink.
    ///
    /// - Parameter header: the fixed structure of the message's type (`struct rtmsg` …), whole and in host order: strict checking refuses
    ///   a shorter one.
    package static func route(_ purpose: String, type: UInt16, header: [UInt8], flags: Int32) -> Request {
        var request = Request(.route, purpose, type: type, flags: flags)
        request.bytes += header + [UInt8](repeating: 0, count: aligned(header.count) - header.count)
        return request
    }

    /// A request to sock_diag.
    ///
    /// - Parameter header: the fixed structure of the message's type (`struct inet_diag_req_v2`), whole and in host order.
    package static func diagnostics(_ purpose: String, type: UInt16, header: [UInt8], flags: Int32) -> Request {
        var request = Request(.diagnostics, purpose, type: type, flags: flags)
        request.bytes += header + [UInt8](repeating: 0, count: aligned(header.count) - header.count)
        return request
    }

    // Generic functions of other modules are not specialized unless they are inlined, and a look-up takes eight attributes.

    /// An attribute with these bytes, padded. Header and payload must fit into 65,535 bytes, the limit of its length field.
    @inlinable
    package mutating func append(_ type: some FixedWidthInteger, _ payload: some Collection<UInt8>) {
        Array(payload).withUnsafeBytes { append(attribute: UInt16(type), $0) }
    }

    /// Host order.
    @inlinable
    package mutating func append<T: FixedWidthInteger>(_ type: some FixedWidthInteger, host value: T) {
        withUnsafeBytes(of: value) { append(attribute: UInt16(type), $0) }
    }

    /// A number in network byte order, as netfilter expects.
    @inlinable
    package mutating func append<T: FixedWidthInteger>(_ type: some FixedWidthInteger, bigEndian value: T) {
        append(type, host: value.bigEndian)
    }

    /// A NUL-terminated string.
    @inlinable
    package mutating func append(_ type: some FixedWidthInteger, text: String) { append(type, Array(text.utf8) + [0]) }

    /// Attributes nested in an attribute.
    @inlinable
    package mutating func nest(_ type: some FixedWidthInteger, _ fill: (inout Request) -> Void) {
        nest(attribute: UInt16(type), fill)
    }

    @usableFromInline
    mutating func append(attribute type: UInt16, _ payload: UnsafeRawBufferPointer) {
        let length = AttributeCursor.headerSize + payload.count
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: length)) { bytes += $0 }
        withUnsafeBytes(of: type) { bytes += $0 }
        bytes += payload
        for _ in length..<aligned(length) { bytes.append(0) }
    }

    @usableFromInline
    mutating func nest(attribute type: UInt16, _ fill: (inout Request) -> Void) {
        let start = bytes.count
        append(attribute: type | UInt16(NLA_F_NESTED), UnsafeRawBufferPointer(start: nil, count: 0))
        fill(&self)
        Self.store(UInt16(bytes.count - start), into: &bytes, at: start)
    }

    /// Attributes in the kernel's own layout, padded.
    package mutating func append(attributes: some Collection<UInt8>) { bytes += attributes }

    /// The same with `NLM_F_ACK`.
    var acknowledged: Request {
        var request = self
        let flags = (try? bytes.span.bytes.host(UInt16.self, at: 6)) ?? 0
        Self.store(flags | UInt16(NLM_F_ACK), into: &request.bytes, at: 6)
        return request
    }

    package func message(sequence: UInt32) -> [UInt8] {
        var message = bytes
        Self.store(UInt32(message.count), into: &message, at: 0)
        Self.store(sequence, into: &message, at: 8)
        return message
    }

    /// The payload of the attribute that begins at an offset; nil if none does.
    func attribute(at offset: Int) -> [UInt8]? {
        guard (Message.headerSize..<bytes.count).contains(offset) else { return nil }
        var cursor = AttributeCursor(offset..<bytes.count)
        guard let found = try? cursor.next(in: bytes.span.bytes) else { return nil }
        return Array(bytes[found.payload])
    }

    private static func store<T: FixedWidthInteger>(_ value: T, into bytes: inout [UInt8], at offset: Int) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }
}

extension Request: Hashable {
    package static func == (left: Request, right: Request) -> Bool {
        left.bus == right.bus && left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bus)
        hasher.combine(bytes)
    }
}
