import Addresses
import FoundationEssentials
import SystemPackage

/// A capture in place of the kernel: it answers each request as the kernel did when the capture was taken.
///
/// Needs no privilege. The capture's content is not trusted: damage is an error.
package final class CapturedKernel: KernelSource {
    /// Of the captured kernel at the time of the capture, from the manifest; not of this host.
    package let origin: Origin
    /// A capture has the answers to unfiltered requests only.
    package let filters = false

    /// Another reader of it begins with the first answers.
    package let capture: Capture

    private let storage: any CaptureStorage
    /// The capture's files; nil if not verified, and then whatever is there counts.
    private let checksums: Checksums?
    /// What could not be read when it was taken, by path or purpose.
    private let unread: [String: Manifest.Unread]
    private let contents: CaptureContents
    private let file: PcapReader
    private let index: ExchangeIndex
    /// How often each request was made and each file read: each time the next answer is given, as the kernel gave it.
    private var asked: [Request: Int] = [:]
    private var reads: [String: Int] = [:]
    package private(set) var lastAnswered: Moment?

    /// - Parameters:
    ///   - verifying: whether checksums are compared first; without, damage may go unnoticed, but is never fatal.
    ///   - progress: called while they are, with the bytes read so far, and those of all files.
    /// - Throws: `.damaged` if this is not a complete capture; `.forbidden` if a file may not be read.
    package init(
        _ capture: Capture, verifying: Bool = true, progress: (_ bytes: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(KernelError) {
        self.capture = capture
        storage = capture.storage
        checksums = verifying ? try Checksums.verified(storage, progress) : nil
        let manifest = try Self.manifest(storage)
        unread = Dictionary(manifest.unread.map { ($0.what, $0) }) { first, _ in first }
        contents = CaptureContents((checksums.map { Array($0.sums.keys) } ?? []) + unread.keys)
        origin = try manifest.origin("read \(storage.path.appending(CaptureFile.manifest))")
        file = try PcapReader(storage)
        index = try ExchangeIndex(file)
    }

    /// Opens the capture at a path, too.
    ///
    /// - Throws: also what `Capture` throws.
    package convenience init(
        _ path: String, verifying: Bool = true, progress: (_ bytes: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(KernelError) {
        try self.init(try Capture(path), verifying: verifying, progress: progress)
    }

    private static func manifest(_ storage: any CaptureStorage) throws(KernelError) -> Manifest {
        let purpose = "read \(storage.path.appending(CaptureFile.manifest))"
        do {
            let bytes = try CaptureFile.bytes(storage.file(at: CaptureFile.manifest))
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
            guard manifest.schema == Manifest.current else {
                throw KernelError(
                    purpose, .damaged, detail: "its schema is \(manifest.schema), not \(Manifest.current)",
                    nextStep: "read it with the version that wrote it")
            }
            return manifest
        } catch let error as KernelError {
            throw error
        } catch let errno as Errno {
            throw CaptureFile.unreadable(purpose, errno, nextStep: "the capture is incomplete: copy it again")
        } catch {
            throw KernelError(
                purpose, .damaged, detail: "it is not a valid manifest",
                nextStep: CaptureFile.copyAgain)
        }
    }

    /// Gives the recorded answer. A request refused when the capture was taken is refused again with the same errno.
    ///
    /// - Throws: also: `.failed` if the capture has no answer to the request, `.damaged` if it is truncated.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let turn = asked[request, default: 0]
        asked[request] = turn + 1
        guard let answer = index.answer(to: request, turn: turn) else {
            throw unread[request.purpose]?.error(request.purpose)
                ?? notHeld(request.purpose, "the capture has no answer to this")
        }
        var offset = answer.records.lowerBound
        lastAnswered = try file.record(at: offset)?.header.moment
        while offset < answer.records.upperBound, let record = try file.record(at: offset) {
            let datagram = try file.datagram(record)
            if try receive(datagram.span.bytes, answer.sequence) == .done { return }
            offset = record.end
        }
        throw unread[request.purpose]?.error(request.purpose)
            ?? KernelError(
                request.purpose, .damaged, detail: "the answer in the capture is truncated",
                nextStep: CaptureFile.copyAgain)
    }

    private func notHeld(_ purpose: String, _ why: String = "the capture does not contain it") -> KernelError {
        KernelError(purpose, .failed, detail: why, nextStep: "take it again with this version of ct-inspect")
    }

    /// Reads the file from the capture; `bound` is ignored, as no kernel produces it.
    ///
    /// - Throws: what the kernel answered then; `.failed` if the capture does not contain it, `.damaged` if it cannot be read.
    package func read(
        _ kernelFile: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        let purpose = "read /\(kernelFile.path)"
        let turn = reads[kernelFile.path, default: 1]
        reads[kernelFile.path] = turn + 1
        // Its own reading, else the last one available.
        let names = (1...turn).reversed().map { RecordingKernel.name(kernelFile, reading: $0) }
        for name in names {
            if let error = unread[name]?.error(purpose) { throw error }
            guard checksums?.holds(name) ?? true else { continue }
            do throws(Errno) {
                try CaptureFile.read(storage.file(at: name), receive)
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw CaptureFile.unreadable(purpose, error)
            }
            return unread[name].map { .cut($0.why) } ?? .whole
        }
        throw notHeld(purpose)
    }

    /// The connections' records if the capture has them, else /proc's rows.
    package var connectionAccess: ConnectionAccess {
        let path = ConnectionRecordFile.file.path
        let isThere = checksums?.holds(path) ?? ((try? storage.names(in: "bpf").contains("ip_vs_conn")) ?? false)
        return isThere ? .table(CapturedTable(self), isRequired: true) : .proc
    }

    /// Names of the captured files in a directory, and of those that could not be read then.
    ///
    /// - Throws: what the kernel answered then; `.failed` if the capture contains none.
    package func list(_ kernelFolder: KernelFile) throws(KernelError) -> [String] {
        let purpose = "list /\(kernelFolder.path)"
        if Folder.components(of: kernelFolder.path) == nil { throw notHeld(purpose) }
        if let error = unread[kernelFolder.path]?.error(purpose) { throw error }
        // Files that could not be read are still listed: reading them gives the reason.
        var names = contents.names(in: kernelFolder.path)
        if checksums == nil {
            do throws(Errno) { names.formUnion(try storage.names(in: kernelFolder.path)) } catch {
                if names.isEmpty { throw notHeld(purpose) }
            }
        }
        if names.isEmpty { throw notHeld(purpose) }
        return names.filter { !Self.isLaterReading($0, among: names) || isFolder(kernelFolder, $0) }.sorted()
    }

    /// A directory can have such a name itself: `eth0.100` beside `eth0`.
    private func isFolder(_ kernelFolder: KernelFile, _ name: String) -> Bool {
        let path = "\(kernelFolder.path)/\(name)"
        return contents.isFolder(path) || storage.isFolder(path)
    }

    /// Whether `RecordingKernel.name` derived this name from another one present: the kernel had no such file.
    private static func isLaterReading(_ name: String, among names: Set<String>) -> Bool {
        guard let dot = name.lastIndex(of: "."), let reading = Int(name[name.index(after: dot)...]), reading > 1
        else { return false }
        return names.contains(String(name[..<dot]))
    }
}
