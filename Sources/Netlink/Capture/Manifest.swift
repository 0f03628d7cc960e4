import SystemPackage

/// `manifest.json` of a capture: where and when it was taken, and what could not be read.
struct Manifest: Codable, Equatable {
    var schema = Self.current
    var takenAt: String
    var host: String
    var kernel: String
    var netns: String?
    /// Name and version of the program that took it.
    var tool: String
    var unread: [Unread] = []

    static let current = "ct-inspect-capture/1"

    /// One thing that the kernel did not give.
    struct Unread: Codable, Equatable {
        /// A file's path, or what was asked over netlink.
        var what: String
        var errno: Int32?
        var why: String
        /// The reading began, but did not come to its end.
        var cut: Bool
    }

    enum CodingKeys: String, CodingKey {
        case schema, host, kernel, netns, tool, unread
        case takenAt = "taken_at"
    }

    init(_ origin: Origin, tool: String) {
        takenAt = origin.takenAt
        host = origin.host
        kernel = origin.kernelRelease
        netns = origin.networkNamespace
        self.tool = tool
    }

    var origin: Origin {
        Origin(takenAt: takenAt, host: host, kernelRelease: kernel, networkNamespace: netns)
    }
}

extension Manifest.Unread {
    init(_ what: String, _ error: KernelError) {
        self.init(what: what, errno: error.errno?.rawValue, why: error.detail ?? error.description, cut: false)
    }

    /// The error that the kernel gave when the capture was taken. A file that was not there is absent again.
    func error(_ purpose: String, isFile: Bool) -> KernelError {
        let number = errno.map(Errno.init(rawValue:))
        if let number, !(isFile && number == .noSuchFileOrDirectory) {
            return KernelError(purpose, number, detail: "as it was when the capture was taken")
        }
        return KernelError(purpose, isFile && number != nil ? .absent : .failed, errno: number, detail: why)
    }
}
