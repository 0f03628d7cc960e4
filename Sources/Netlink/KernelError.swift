import SystemPackage

/// Why something could not be had from the kernel, or from a capture of it.
package struct KernelError: Error, Equatable, Sendable {
    /// The different answers that are not an answer. "It is empty" is none of them.
    package enum Cause: String, Codable, Sendable {
        /// The kernel has no such module, file or family.
        case absent
        /// The kernel has it and refuses it to us.
        case forbidden
        /// There is no such object (`ENOENT` to a lookup).
        case notFound
        /// The socket's buffer overran (`ENOBUFS`), so messages were lost.
        case lost
        /// Something answered that is not what its format promises.
        case damaged
        /// Any other failure of the system.
        case failed
    }

    /// What was asked, to follow "cannot": `dump the conntrack table`.
    package var asked: String
    /// Which of the different answers; what to do depends on it.
    package var cause: Cause
    /// What the system call or the kernel's answer said, where there was one.
    package var errno: Errno?
    /// In words: the kernel's own (its extended acknowledgement), or what is damaged and where.
    package var detail: String?
    /// What the reader can do about it.
    package var nextStep: String?

    /// An error whose cause is known, whatever the errno.
    package init(_ asked: String, _ cause: Cause, errno: Errno? = nil, detail: String? = nil, nextStep: String? = nil) {
        self.asked = asked
        self.cause = cause
        self.errno = errno
        self.detail = detail
        self.nextStep = nextStep
    }

    /// From an errno, which decides the cause.
    package init(_ asked: String, _ errno: Errno, detail: String? = nil, nextStep: String? = nil) {
        self.init(asked, Self.cause(of: errno), errno: errno, detail: detail, nextStep: nextStep)
        if self.nextStep == nil, cause == .forbidden { self.nextStep = "needs CAP_NET_ADMIN: run with sudo" }
    }

    /// Bytes that could not be decoded: `.damaged`, with what, where and why.
    package init(_ asked: String, damaged error: DecodeError) {
        self.init(asked, .damaged, detail: error.description)
    }

    /// Whether it may say that nobody serves the subsystem of nfnetlink that was asked, when the request was well-formed: `EINVAL`
    /// (nfnetlink_rcv_msg, once it has tried to load the module), or no such bus at all.
    package var saysUnserved: Bool { errno == .invalidArgument || cause == .absent }

    private static func cause(of errno: Errno) -> Cause {
        switch errno {
        case .permissionDenied, .notPermitted: .forbidden
        case .noSuchFileOrDirectory: .notFound
        case .noBufferSpace: .lost
        case .notSupported, .protocolNotSupported, .addressFamilyNotSupported: .absent
        default: .failed
        }
    }
}

extension KernelError: CustomStringConvertible {
    /// One line for a user: what was asked, why it failed, and what to do, `: ` between them.
    package var description: String {
        var text = "cannot \(asked)"
        if let errno { text += ": \(errno)" }
        if let detail { text += ": \(detail)" }
        if let nextStep { text += ": \(nextStep)" }
        return text
    }
}

/// Bytes that do not hold what their format promises.
public struct DecodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read: `attribute`, `message header`, `line 12 of proc/net/ip_vs_conn`.
    public var what: String
    /// What is wrong with it.
    public var why: String
    /// Where, in bytes from the beginning of what was being decoded.
    public var offset: Int

    /// What was read, what is wrong with it, and where.
    public init(_ what: String, _ why: String, at offset: Int) {
        self.what = what
        self.why = why
        self.offset = offset
    }

    /// One line: what, where, why.
    public var description: String { "\(what) at byte \(offset): \(why)" }
}
