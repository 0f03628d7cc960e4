import Addresses
import FoundationEssentials
import SystemPackage

/// Forwards requests to another source and writes its answers to a capture, from which `CapturedKernel` replays them.
package final class RecordingKernel: KernelSource {
    package var origin: Origin { source.origin }
    /// The capture must be able to answer any filter later, so it requests everything.
    package let filters = false

    private let source: any KernelSource
    /// Nil to write everything as it is.
    private let rewriter: (any CaptureRewriter)?
    private let capture: CaptureWriter
    private let netlink: CaptureFileWriter
    private var reads: [String: Int] = [:]
    private var manifest: Manifest

    /// Writes a directory.
    ///
    /// Once this exists, the capability to write where only root may is no longer needed; CAP_CHOWN is needed until `finish` to give the
    /// capture to its owner.
    ///
    /// - Parameter path: a directory that does not exist yet, or an empty one of ours that nobody else can write to.
    /// - Parameter owner: the final owner, and the only reader; nil for the user who takes it.
    /// - Parameter tool: name and version of this program, for the manifest.
    /// - Parameter rewriter: changes what is written.
    package convenience init(
        _ source: any KernelSource, into path: String, for owner: FileOwner? = nil, tool: String,
        rewriting rewriter: (any CaptureRewriter)? = nil
    ) throws(KernelError) {
        try self.init(source, FolderDestination(path, for: owner), tool, rewriter)
    }

    /// Writes a tar archive, all of it by `finish`: until then everything is in files without a name.
    ///
    /// - Parameter sink: takes the archive; it handles its own errors.
    /// - Parameter rewriter: changes what is written.
    package convenience init(
        _ source: any KernelSource, archiving sink: @escaping (RawSpan) -> Void, tool: String,
        rewriting rewriter: (any CaptureRewriter)? = nil
    ) throws(KernelError) {
        let origin = rewriter?.rewritten(source.origin) ?? source.origin
        try self.init(source, ArchiveDestination(origin, sink), tool, rewriter)
    }

    private init(
        _ source: any KernelSource, _ destination: any CaptureDestination, _ tool: String,
        _ rewriter: (any CaptureRewriter)?
    ) throws(KernelError) {
        (self.source, self.rewriter) = (source, rewriter)
        manifest = Manifest(rewriter?.rewritten(source.origin) ?? source.origin, tool: tool)
        capture = CaptureWriter(destination)
        do throws(KernelError) { netlink = try capture.create(CaptureFile.netlink) } catch {
            destination.abandon()
            throw error
        }
        netlink.write(Pcap.fileHeader.span.bytes)
    }

    /// Writes the manifest, and last the checksums, which complete the capture.
    package func finish() throws(KernelError) {
        try capture.close(netlink)
        if let rewriter {
            for place in manifest.unread.indices { manifest.unread[place].rewrite(by: rewriter) }
            manifest.unread += rewriter.leftOut.map {
                Manifest.Unread(what: $0.what, cause: nil, errno: nil, why: $0.why)
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let json: Data
        do { json = try encoder.encode(manifest) } catch {
            throw KernelError("write the manifest", .failed, detail: "\(error)", nextStep: "take the capture again")
        }
        try capture.write(CaptureFile.manifest, Array(json) + [UInt8(ascii: "\n")])
        try capture.seal()
    }

    /// Removes what has been written, so that the same directory can be used again. For a capture that failed; no request may follow.
    package func abandon() {
        capture.discard(netlink)
        capture.abandon()
    }

    /// What the kernel did not provide, in words.
    package var unread: [String] { unread { _ in false } }

    /// The same without what is absent where that is usual.
    ///
    /// - Parameter mayLack: gets the path of a file, or the purpose of a request.
    package func unread(besides mayLack: (String) -> Bool) -> [String] {
        manifest.unread.filter { $0.cause != .absent || !mayLack($0.what) }.map { "\($0.what): \($0.why)" }
    }

    /// Queries the other source, and records the request and each datagram of its answer, or why none came.
    ///
    /// A failure to write is reported by `finish`, so that nothing of the answer being read is lost.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        // A refusal that arrives as a datagram is recorded as one; an error without a datagram must be noted.
        var isReceiversError = false
        var isAsked = false
        do throws(KernelError) {
            try source.exchange(request) { datagram, sequence throws(KernelError) in
                if !isAsked {
                    let message = request.message(sequence: sequence)
                    let written = rewriter?.rewritten(request: message, on: request.bus) ?? message
                    record(.toKernel, request, written.span.bytes)
                }
                isAsked = true
                if let rewriter {
                    rewriter.rewrite(datagram) { record(.fromKernel, request, $0) }
                } else {
                    record(.fromKernel, request, datagram)
                }
                do throws(KernelError) { return try receive(datagram, sequence) } catch {
                    isReceiversError = true
                    throw error
                }
            }
        } catch {
            if !isReceiversError { manifest.unread.append(Manifest.Unread(request.purpose, error)) }
            throw error
        }
    }

    private func record(_ direction: Pcap.Direction, _ request: Request, _ datagram: RawSpan) {
        // Of a capture that is anonymized: the time then.
        let moment =
            source.lastAnswered.map { $0.nanoseconds / 1000 }
            ?? UInt64(max(0, Date.now.timeIntervalSince1970) * 1_000_000)
        let header = Pcap.recordHeader(direction, request.bus, count: datagram.byteCount, microseconds: moment)
        netlink.write(header.span.bytes)
        netlink.write(datagram)
    }

    /// The name under which a file read several times is kept: each reading has its own.
    static func name(_ file: KernelFile, reading: Int) -> String {
        reading == 1 ? file.path : "\(file.path).\(reading)"
    }

    /// Reads from the other source and keeps a copy; a second reading of a file is kept in addition to the first.
    ///
    /// - Throws: also: `.failed` if no file can be created in the capture.
    package func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        let reading = reads[file.path, default: 1]
        reads[file.path] = reading + 1
        let name = name(file, reading: reading)
        let copy = try RecordedFile(capture.create(name), file, rewriter)
        let completeness: Completeness
        do throws(KernelError) {
            completeness = try source.read(file, within: bound) { piece in
                copy.take(piece)
                receive(piece)
            }
            if case .cut(let why) = completeness {
                manifest.unread.append(Manifest.Unread(what: name, cause: nil, errno: nil, why: why))
            }
        } catch {
            capture.discard(copy.file)
            manifest.unread.append(Manifest.Unread(name, error))
            throw error
        }
        try keep(copy)
        return completeness
    }

    private func name(_ file: KernelFile, reading: Int) -> String {
        Self.name(rewriter.map { KernelFile($0.rewritten(path: file.path)) } ?? file, reading: reading)
    }

    /// Keeps a file that was read, unless it must not be.
    private func keep(_ copy: RecordedFile) throws(KernelError) {
        if let why = copy.finish() {
            capture.discard(copy.file)
            manifest.unread.append(Manifest.Unread(what: copy.file.name, cause: .failed, errno: nil, why: why))
        } else {
            try capture.close(copy.file)
        }
    }

    package var connectionBound: Duration { source.connectionBound }

    package var isStopped: Bool { source.isStopped }

    package func withoutStopping(_ work: () throws(KernelError) -> Void) throws(KernelError) {
        try source.withoutStopping(work)
    }

    /// The other source's; what is read of a table is kept.
    package var connectionAccess: ConnectionAccess {
        guard case .table(let table, let isRequired) = source.connectionAccess else { return source.connectionAccess }
        return .table(RecordedTable(table, self), isRequired: isRequired)
    }

    /// Keeps what `read` writes as a file of the capture, unless it fails: then something else is read instead.
    func record(
        _ file: KernelFile, _ read: ((RawSpan) -> Void) throws(KernelError) -> Void
    ) throws(KernelError) {
        let reading = reads[file.path, default: 1]
        let copy = try RecordedFile(capture.create(name(file, reading: reading)), file, rewriter)
        do throws(KernelError) { try read { copy.take($0) } } catch {
            capture.discard(copy.file)
            throw error
        }
        reads[file.path] = reading + 1
        try keep(copy)
    }

    /// Lists from the other source; refusals are noted.
    package func list(_ directory: KernelFile) throws(KernelError) -> [String] {
        do throws(KernelError) { return try source.list(directory) } catch {
            manifest.unread.append(Manifest.Unread(directory.path, error))
            throw error
        }
    }
}

/// A file that is copied into a capture while it is read, and changed on its way.
private final class RecordedFile {
    let file: CaptureFileWriter
    private let rewriter: (any ContentRewriter)?
    private let isKept: Bool

    init(_ file: CaptureFileWriter, _ original: KernelFile, _ rewriter: (any CaptureRewriter)?) {
        self.file = file
        self.rewriter = rewriter?.contentRewriter(for: original)
        isKept = rewriter == nil || self.rewriter != nil
    }

    func take(_ piece: RawSpan) {
        if let rewriter { rewriter.take(piece, file.write) } else if isKept { file.write(piece) }
    }

    /// - Returns: why it must not be kept.
    func finish() -> String? {
        if let rewriter { return rewriter.finish(file.write) }
        return isKept ? nil : "left out: it is not known how to replace addresses and names in it"
    }
}

extension Manifest.Unread {
    fileprivate mutating func rewrite(by rewriter: any CaptureRewriter) {
        (what, why) = (rewriter.rewritten(sentence: what), rewriter.rewritten(sentence: why))
    }
}
