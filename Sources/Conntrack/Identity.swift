import Addresses
import CNetlink
import Netlink

// Entries and expectations are known by a tuple. A message without it says of nobody knows what that it exists: it cannot be shown as a row
// of its own, nor taken for a flow's.

extension Entry {
    /// - Throws: that the message it was decoded from is unusable, if that lacks the original tuple, or addresses or ports in it.
    @inline(__always)
    func expectIdentity(of message: Message) throws(DecodeError) {
        if !original.isUsual { try identify(message) }
    }

    private func identify(_ message: Message) throws(DecodeError) {
        let isUnknown = hasExtensions && unknown.contains { $0.path.first == UInt16(CTA_TUPLE_ORIG.rawValue) }
        guard let lack = original.lack("original tuple", inFamily: family, hasUnknown: isUnknown) else { return }
        throw .unusable("entry", "it has no \(lack)", at: message.payload.lowerBound)
    }
}

extension Expectation {
    /// - Throws: that the message it was decoded from is unusable, if that lacks the tuple, or addresses or ports in it.
    func expectIdentity(of message: Message) throws(DecodeError) {
        let isUnknown = unknown.contains { $0.path.first == UInt16(CTA_EXPECT_TUPLE.rawValue) }
        guard let lack = tuple.lack("tuple", inFamily: family, hasUnknown: isUnknown) else { return }
        throw .unusable("expectation", "it has no \(lack)", at: message.payload.lowerBound)
    }
}

extension Tuple {
    /// Whether it has what nearly all have, and so lacks nothing: asked of each entry.
    @inline(__always)
    fileprivate var isUsual: Bool {
        if case .none = discriminator { return false }
        return source != nil && destination != nil
    }

    /// What it lacks; nil if it says whose it is. Only of IP is it known what that takes: of other families all that there is is shown.
    ///
    /// - Parameters:
    ///   - family: the `AF_*` number of its message.
    ///   - hasUnknown: whether it has attributes that are unknown.
    fileprivate func lack(_ name: String, inFamily family: UInt8, hasUnknown: Bool) -> String? {
        if self == Tuple(), !hasUnknown { return name }
        guard [AF_INET, AF_INET6].contains(Int32(family)) else { return nil }
        if source == nil || destination == nil { return "addresses in its \(name)" }
        return discriminator == .none && [.tcp, .udp].contains(self.protocol) ? "ports in its \(name)" : nil
    }
}
