import CNetlink
import Netlink

/// What network interfaces do to packets by themselves, as ethtool(8) switches it on and off.
///
/// Source: net/ethtool/features.c, `features_fill_reply`; net/ethtool/bitset.c, `ethnl_put_bitset32`.
package enum InterfaceFeature {
    /// Packets of a connection are merged as they are received, so that what arrives is not what was sent (large receive offload). GRO, which
    /// can be taken apart again, is another.
    package static let largeReceive = "rx-lro"

    /// The names of the interfaces that have a feature switched on. Blocks for milliseconds; needs no privilege.
    ///
    /// - Throws: `.absent` if the kernel cannot be asked (before Linux 5.6).
    package static func interfaces(with feature: String, in kernel: any KernelSource) throws(KernelError) -> Set<String>
    {
        let family = try GenericFamily(ETHTOOL_GENL_NAME, from: kernel)
        var request = Request.generic(
            "list the features of network interfaces", family: family.id,
            command: UInt8(ETHTOOL_MSG_FEATURES_GET), version: UInt8(ETHTOOL_GENL_VERSION), flags: NLM_F_DUMP)
        request.nest(ETHTOOL_A_FEATURES_HEADER) { _ in }
        var names: Set<String> = []
        let answer = try Answer.repeating(attempts) { () throws(KernelError) in
            names = []
            return try kernel.ask(request) { message, bytes throws(DecodeError) in
                if let name = try interface(message, with: feature, in: bytes) { names.insert(name) }
            }
        }
        try answer.requireUsable(request.purpose)
        if answer.interrupted {
            throw KernelError(request.purpose, .failed, detail: "they kept changing", nextStep: "try again")
        }
        return names
    }

    private static let attempts = 5

    /// - Returns: the name of an interface that has the feature switched on.
    private static func interface(
        _ message: Message, with feature: String, in bytes: RawSpan
    ) throws(DecodeError) -> String? {
        var cursor = AttributeCursor(try message.attributes(ofCommand: Int(ETHTOOL_MSG_FEATURES_GET_REPLY), in: bytes))
        var name: String?
        var isActive = false
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case ETHTOOL_A_FEATURES_HEADER:
                name = try first(ETHTOOL_A_HEADER_DEV_NAME, in: attribute, bytes).map { bytes.text($0) }
            case ETHTOOL_A_FEATURES_ACTIVE: isActive = try lists(feature, attribute, bytes)
            default: break
            }
        }
        guard let name else {
            throw DecodeError("features of an interface", "it has no name", at: message.payload.lowerBound)
        }
        return isActive ? name : nil
    }

    /// Whether a set of bits, of which those that are set are listed by name, has this one.
    private static func lists(_ name: String, _ set: Attribute, _ bytes: RawSpan) throws(DecodeError) -> Bool {
        guard let list = try first(ETHTOOL_A_BITSET_BITS, in: set, bytes) else { return false }
        var cursor = AttributeCursor(in: list)
        while let bit = try cursor.next(in: bytes) {
            if let text = try first(ETHTOOL_A_BITSET_BIT_NAME, in: bit, bytes), bytes.text(text) == name {
                return true
            }
        }
        return false
    }

    private static func first(
        _ type: Int, in parent: Attribute, _ bytes: RawSpan
    ) throws(DecodeError) -> Attribute? {
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            if Int(attribute.type) == type { return attribute }
        }
        return nil
    }
}
