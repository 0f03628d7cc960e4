import CNetlink

/// A generic netlink family as this kernel numbers it (net/netlink/genetlink.c).
package struct GenericFamily: Equatable, Sendable {
    /// The requested name: `IPVS`.
    package let name: String
    /// The message type of requests to it; differs from boot to boot.
    package let id: UInt16
    /// The version of the family's interface reported by the kernel; 0 if it reports none.
    package let version: UInt32

    /// Looks up a family in the kernel. Needs no privilege.
    ///
    /// With privileges the kernel may load the module that offers the family (`MODULE_ALIAS_GENL_FAMILY`): observers must check beforehand
    /// that it is present.
    ///
    /// - Throws: `.absent` if the kernel has no such family.
    package init(_ name: String, from source: any KernelSource) throws(KernelError) {
        var request = Request.generic(
            "look up the generic netlink family \(name)", family: UInt16(GENL_ID_CTRL),
            command: UInt8(CTRL_CMD_GETFAMILY), version: 1, flags: NLM_F_ACK)
        request.append(CTRL_ATTR_FAMILY_NAME, text: name)
        var id: UInt16?
        var version: UInt32 = 0
        do throws(KernelError) {
            try source.askStrictly(request) { message, datagram throws(DecodeError) in
                var cursor = AttributeCursor(try message.attributes(ofCommand: Int(CTRL_CMD_NEWFAMILY), in: datagram))
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
        guard let id else { throw KernelError(request.purpose, .damaged, detail: "the answer contains no family id") }
        self.name = name
        self.id = id
        self.version = version
    }
}
