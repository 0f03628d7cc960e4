import Addresses
import SystemPackage

/// `manifest.json` of a capture: where and when it was taken, and what could not be read.
struct Manifest: Codable, Equatable {
    var schema = Self.current
    /// RFC 3339.
    var takenAt: String
    var host: String
    var kernel: String
    var netns: String?
    /// Name and version of the program that took it.
    var tool: String
    var unread: [Unread] = []

    static let current = "ct-inspect-capture/1"

    /// Something that the kernel did not provide, or not completely.
    struct Unread: Codable, Equatable {
        /// A file's path, or the netlink request.
        var what: String
        /// Nil if reading began and was cut short.
        var cause: KernelError.Cause?
        var errno: Int32?
        var why: String
    }

    enum CodingKeys: String, CodingKey {
        case schema, host, kernel, netns, tool, unread
        case takenAt = "taken_at"
    }

    init(_ origin: Origin, tool: String) {
        takenAt = origin.takenAt.rfc3339
        host = origin.host
        kernel = origin.kernelRelease
        netns = origin.networkNamespace
        self.tool = tool
    }

    /// - Throws: `.damaged` if `taken_at` is not a time, or another member is nothing that we write.
    func origin(_ purpose: String) throws(KernelError) -> Origin {
        // The kernel's own limits (`__NEW_UTS_LEN`, PATH_MAX).
        let members = [
            ("host", host, 64), ("kernel", kernel, 64), ("netns", netns ?? "", 4096), ("tool", tool, 64),
        ]
        let foreign =
            members.first { _, text, most in !Self.isLine(text, most) }?.0
            ?? (unread.allSatisfy(\.isOurs) ? nil : "unread")
        if let foreign {
            throw KernelError(
                purpose, .damaged, detail: "its \(foreign) is nothing that ct-inspect writes",
                nextStep: CaptureFile.copyAgain)
        }
        guard let moment = Moment(rfc3339: takenAt) else {
            throw KernelError(
                purpose, .damaged, detail: "taken_at is not an RFC 3339 time: “\(takenAt)”",
                nextStep: CaptureFile.copyAgain)
        }
        return Origin(takenAt: moment, host: host, kernelRelease: kernel, networkNamespace: netns)
    }

    /// Whether a text has at most so many bytes, none of them a control character.
    fileprivate static func isLine(_ text: String, _ most: Int) -> Bool {
        text.utf8.count <= most && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

extension Manifest.Unread {
    /// Whether we may have written it: a path or a purpose, a number of the kernel's errors (`MAX_ERRNO`), and a sentence, in which a
    /// path may be. An interface's name may have control characters, and is part of paths; what is printed has them escaped.
    fileprivate var isOurs: Bool {
        !what.isEmpty && what.utf8.count <= 4096 && why.utf8.count <= 2 * 4096
            && (errno.map { (1...4095).contains($0) } ?? true)
    }

    init(_ what: String, _ error: KernelError) {
        let why = error.detail ?? error.errno?.description ?? error.description
        self.init(what: what, cause: error.cause, errno: error.errno?.rawValue, why: why)
    }

    /// The kernel's error when the capture was taken; nil if it provided something.
    func error(_ purpose: String) -> KernelError? {
        guard let cause else { return nil }
        let nextStep =
            switch cause {
            case .forbidden: "take it again with sudo"
            case .absent, .notFound: "take it again once the kernel has it"
            case .lost, .damaged, .stopped, .invalid, .failed: "take it again"
            }
        return KernelError(
            purpose, cause, errno: errno.map(Errno.init(rawValue:)), detail: "as it was when the capture was taken",
            nextStep: nextStep)
    }
}
