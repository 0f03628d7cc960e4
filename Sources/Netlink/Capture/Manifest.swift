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
        for (name, text, most) in members where text.utf8.count > most || text.utf8.contains(where: Self.isControl) {
            throw KernelError(
                purpose, .damaged, detail: "its \(name) is nothing that ct-inspect writes",
                nextStep: CaptureFile.copyAgain)
        }
        guard let moment = Moment(rfc3339: takenAt) else {
            throw KernelError(
                purpose, .damaged, detail: "taken_at is not an RFC 3339 time: “\(takenAt)”",
                nextStep: CaptureFile.copyAgain)
        }
        return Origin(takenAt: moment, host: host, kernelRelease: kernel, networkNamespace: netns)
    }

    private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
}

extension Manifest.Unread {
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
