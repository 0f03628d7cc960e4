import CNetlink

/// A generic netlink family as this kernel numbers it (net/netlink/genetlink.c).
package struct GenericFamily: Equatable, Sendable {
    /// As it was asked for: `IPVS`.
    package let name: String
    /// The message type that requests to it carry; differs from boot to boot.
    package let id: UInt16
    /// Of the family's interface, as the kernel tells it; 0 when it does not.
    package let version: UInt32

    /// Asks the kernel for a family. Needs no privilege.
    ///
    /// Mind that with privilege the kernel may load the module that offers the family (`MODULE_ALIAS_GENL_FAMILY`):
    /// who only observes must know beforehand that it is there.
    ///
    /// - Throws: `.absent` when the kernel has no such family.
    package init(_ name: String, from source: any KernelSource) throws(KernelError) {
        var request = Request.generic(
            "look up the generic netlink family \(name)", family: UInt16(GENL_ID_CTRL),
            command: UInt8(CTRL_CMD_GETFAMILY), version: 1, flags: NLM_F_ACK)
        request.append(CTRL_ATTR_FAMILY_NAME, text: name)
        var id: UInt16?
        var version: UInt32 = 0
        do throws(KernelError) {
            try source.ask(request) { message, datagram throws(DecodeError) in
                var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<genlmsghdr>.size))
                while let attribute = try cursor.next(in: datagram) {
                    switch Int(attribute.type) {
                    case CTRL_ATTR_FAMILY_ID: id = datagram.host(attribute)
                    case CTRL_ATTR_VERSION: version = datagram.host(attribute) ?? 0
                    default: break
                    }
                }
            }
        } catch {
            guard error.cause == .notFound else { throw error }
            throw KernelError(request.purpose, .absent, errno: error.errno)
        }
        guard let id else { throw KernelError(request.purpose, .damaged, detail: "the answer holds no family id") }
        self.name = name
        self.id = id
        self.version = version
    }
}
