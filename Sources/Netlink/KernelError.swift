import SystemPackage

/// Why something could not be read from the kernel or from a capture.
package struct KernelError: Error, Equatable, Sendable {
    /// The kinds of failure. "It is empty" is not one of them.
    package enum Cause: String, Codable, Sendable {
        /// The kernel has no such module, file or family.
        case absent
        /// The kernel has it, but denies us access.
        case forbidden
        /// There is no such object (`ENOENT` to a lookup).
        case notFound
        /// The socket's buffer overran (`ENOBUFS`): messages were lost.
        case lost
        /// Something does not match its format.
        case damaged
        /// The user wanted no more of it: SIGINT, SIGTERM or SIGHUP came; or there was no more time. Not named as the errno.
        case stopped
        /// A file that the user gave, in place of what the kernel has, is not what it should be. Not named as the errno.
        case invalid
        /// Any other system failure.
        case failed
    }

    /// What was requested, to follow "cannot": `dump the conntrack table`.
    package var asked: String
    /// The kind of failure; the next step depends on it.
    package var cause: Cause
    /// From the system call or the kernel's answer, if any.
    package var errno: Errno?
    /// In words: the kernel's own message (extended acknowledgement), or what is damaged and where.
    package var detail: String?
    /// What the user can do about it.
    package var nextStep: String?
    /// Of a refused message of a transaction: the payload of the attribute that the kernel complains of, if it says which.
    package var rejected: [UInt8]?

    /// An error of known cause, whatever the errno.
    package init(_ asked: String, _ cause: Cause, errno: Errno? = nil, detail: String? = nil, nextStep: String? = nil) {
        self.asked = asked
        self.cause = cause
        self.errno = errno
        self.detail = detail
        self.nextStep = nextStep
    }

    /// From an errno, which determines the cause.
    package init(_ asked: String, _ errno: Errno, detail: String? = nil, nextStep: String? = nil) {
        self.init(asked, Self.cause(of: errno), errno: errno, detail: detail, nextStep: nextStep)
        if self.nextStep == nil, cause == .forbidden { self.nextStep = "needs CAP_NET_ADMIN: run with sudo" }
        if errno == .tooManyOpenFiles { self.nextStep = "raise the limit of descriptors: ulimit -n 64" }
    }

    /// Bytes that could not be decoded: `.damaged`, with what, where and why.
    package init(_ asked: String, damaged error: DecodeError) {
        self.init(asked, .damaged, detail: error.description)
    }

    /// Whether this may mean that nothing serves the requested nfnetlink subsystem, given a well-formed request: `EINVAL`
    /// (nfnetlink_rcv_msg, after it has tried to load the module), or no such bus at all.
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
    /// One line for users: what was requested, why it failed, and what to do, separated by `: `.
    package var description: String {
        var text = "cannot \(asked)"
        if let errno { text += ": \(errno)" }
        if let detail { text += ": \(detail)" }
        if let nextStep { text += ": \(nextStep)" }
        return text
    }
}

/// Bytes that do not match their format.
public struct DecodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read: `attribute`, `message header`, `line 12 of proc/net/ip_vs_conn`.
    public var what: String
    /// What is wrong with it.
    public var why: String
    /// Offset in bytes from the beginning of what was decoded.
    public var offset: Int
    /// Whether it is only this message that is of no use: it is framed as it should be, but lacks what says what it is about. Then an answer
    /// goes on behind it; otherwise nothing in it can be trusted any more.
    public private(set) var isOfMessageAlone = false

    public init(_ what: String, _ why: String, at offset: Int) {
        self.what = what
        self.why = why
        self.offset = offset
    }

    /// A message that says nothing without what it lacks.
    public static func unusable(_ what: String, _ why: String, at offset: Int) -> DecodeError {
        var error = DecodeError(what, why, at: offset)
        error.isOfMessageAlone = true
        return error
    }

    public var description: String { "\(what) at byte \(offset): \(why)" }
}
