import CNetlink
import Glibc
import TestSupport

/// An entry as stored by libnetfilter_conntrack.
package final class LibraryEntry {
    /// `struct nf_conntrack` of the library.
    package let object: OpaquePointer

    /// A new entry without attributes.
    package init() throws {
        guard let object = nfct_new() else { throw SystemFailure("nfct_new", errno: errno) }
        self.object = object
    }

    deinit { nfct_destroy(object) }

    /// From one netlink message; throws if the library rejects it.
    package convenience init(parsing message: [UInt8]) throws {
        try self.init()
        // Zeros after the message: the library reads names as C strings.
        let padded = message + [UInt8](repeating: 0, count: 64)
        let parsed = padded.withUnsafeBytes { bytes in
            bytes.assumingMemoryBound(to: nlmsghdr.self).baseAddress.map { nfct_nlmsg_parse($0, object) }
        }
        guard parsed == 0 else { throw SystemFailure("nfct_nlmsg_parse", errno: errno) }
    }

    /// Whether the library has set the attribute.
    package func has(_ attribute: nf_conntrack_attr) -> Bool { nfct_attr_is_set(object, attribute) > 0 }

    /// An 8-bit attribute.
    package subscript(byte attribute: nf_conntrack_attr) -> UInt8 {
        get { nfct_get_attr_u8(object, attribute) }
        set { nfct_set_attr_u8(object, attribute, newValue) }
    }

    /// A 32-bit attribute.
    package subscript(word attribute: nf_conntrack_attr) -> UInt32 {
        get { nfct_get_attr_u32(object, attribute) }
        set { nfct_set_attr_u32(object, attribute, newValue) }
    }

    /// A number that the library keeps in network byte order.
    package subscript(network16 attribute: nf_conntrack_attr) -> UInt16 {
        get { UInt16(bigEndian: nfct_get_attr_u16(object, attribute)) }
        set { nfct_set_attr_u16(object, attribute, newValue.bigEndian) }
    }

    /// A string attribute; nil if it is not set.
    package func text(_ attribute: nf_conntrack_attr) -> String? {
        guard has(attribute) else { return nil }
        return nfct_get_attr(object, attribute).map { String(cString: $0.assumingMemoryBound(to: CChar.self)) }
    }

    /// The first bytes of an attribute in the library's memory; nil if it is not set.
    package func bytes(_ attribute: nf_conntrack_attr, count: Int) -> [UInt8]? {
        guard has(attribute) else { return nil }
        return nfct_get_attr(object, attribute).map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    /// The numbers of the labels that are set.
    package var labels: [UInt32]? {
        guard has(ATTR_CONNLABELS), let mask = nfct_get_attr(object, ATTR_CONNLABELS) else { return nil }
        let bits = OpaquePointer(mask)
        return (0...nfct_bitmask_maxbit(bits)).filter { nfct_bitmask_test_bit(bits, $0) != 0 }
    }

    /// Puts the entry into the table of the calling thread's namespace.
    package func create() throws {
        guard let handle = nfct_open(UInt8(NFNL_SUBSYS_CTNETLINK), 0) else {
            throw SystemFailure("nfct_open", errno: errno)
        }
        defer { nfct_close(handle) }
        guard nfct_query(handle, NFCT_Q_CREATE, UnsafeRawPointer(object)) == 0 else {
            throw SystemFailure("nfct_query(NFCT_Q_CREATE)", errno: errno)
        }
    }
}

extension LibraryEntry {
    /// A TCP entry 10.0.0.1:`port` > 10.0.0.2:21 in ESTABLISHED, with this lifetime in seconds.
    package static func tcp(port: UInt16, lasting seconds: Int = 100) throws -> LibraryEntry {
        let entry = try LibraryEntry()
        entry[byte: ATTR_L3PROTO] = UInt8(AF_INET)
        entry[word: ATTR_IPV4_SRC] = UInt32(0x0A00_0001).bigEndian
        entry[word: ATTR_IPV4_DST] = UInt32(0x0A00_0002).bigEndian
        entry[byte: ATTR_L4PROTO] = UInt8(IPPROTO_TCP)
        entry[network16: ATTR_PORT_SRC] = port
        entry[network16: ATTR_PORT_DST] = 21
        nfct_setobjopt(entry.object, UInt32(NFCT_SOPT_SETUP_REPLY))
        entry[byte: ATTR_TCP_STATE] = UInt8(TCP_CONNTRACK_ESTABLISHED.rawValue)
        entry[word: ATTR_TIMEOUT] = UInt32(seconds)
        return entry
    }
}
