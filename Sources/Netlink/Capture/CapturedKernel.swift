import FoundationEssentials
import SystemPackage

/// A capture folder in the kernel's place: it gives to each question the answer that the kernel gave when the capture was taken.
///
/// Needs no privilege. What is in the folder is not trusted: damage is an error.
public final class CapturedKernel: KernelSource {
    public let origin: Origin

    private let folder: FilePath
    private let manifest: Manifest
    private let file: PcapReader
    private let index: ExchangeIndex
    /// How often each question was asked, and each file read: the next time gets the next answer, as the kernel gave it.
    private var asked: [Request: Int] = [:]
    private var reads: [String: Int] = [:]

    /// - Parameter verifying: whether the checksums are compared first; without, damage may go unnoticed, but is never fatal.
    /// - Throws: `.damaged` when this is no capture, or not a whole one.
    public init(_ path: String, verifying: Bool = true) throws(KernelError) {
        folder = FilePath(path)
        if verifying { try Checksums.verify(folder) }
        manifest = try Self.manifest(folder)
        origin = manifest.origin
        file = try PcapReader(folder)
        index = try ExchangeIndex(file)
    }

    private static func manifest(_ folder: FilePath) throws(KernelError) -> Manifest {
        let purpose = "read \(folder.appending(CaptureFile.manifest))"
        do {
            let bytes = try CaptureFile.bytes(folder, CaptureFile.manifest)
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
            guard manifest.schema == Manifest.current else {
                throw KernelError(
                    purpose, .damaged, detail: "its schema is \(manifest.schema), not \(Manifest.current)",
                    nextStep: "read it with the version that took it")
            }
            return manifest
        } catch let error as KernelError {
            throw error
        } catch let errno as Errno {
            throw KernelError(purpose, .damaged, errno: errno, nextStep: "this is no whole capture: copy it again")
        } catch {
            throw KernelError(purpose, .damaged, detail: "it is not the JSON of a manifest")
        }
    }

    private func unread(_ what: String) -> Manifest.Unread? { manifest.unread.first { $0.what == what } }

    public func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let answers = index.exchanges[request] ?? []
        let turn = asked[request, default: 0]
        asked[request] = turn + 1
        guard let answer = answers.indices.contains(turn) ? answers[turn] : answers.last else {
            throw unread(request.purpose)?.error(request.purpose)
                ?? KernelError(
                    request.purpose, .failed, detail: "the capture holds no answer to that",
                    nextStep: "take it again with this version of ct-inspect")
        }
        var offset = answer.records.lowerBound
        while offset < answer.records.upperBound, let record = try file.record(at: offset) {
            let datagram = try file.datagram(record)
            if try receive(datagram.span.bytes, answer.sequence) == .done { return }
            offset = record.end
        }
        throw unread(request.purpose)?.error(request.purpose)
            ?? KernelError(request.purpose, .damaged, detail: "the answer in the capture has no end")
    }

    public func read(
        _ kernelFile: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        let purpose = "read /\(kernelFile.path)"
        let turn = reads[kernelFile.path, default: 1]
        reads[kernelFile.path] = turn + 1
        // Its own reading, else the last one that there is.
        let names = (1...turn).reversed().map { RecordingKernel.name(kernelFile, reading: $0) }
        for name in names {
            if let error = unread(name)?.error(purpose) { throw error }
            do throws(Errno) {
                try CaptureFile.read(folder, name, receive)
            } catch .noSuchFileOrDirectory where name != names.last {
                continue
            } catch {
                throw KernelError(
                    purpose, .failed, errno: error, detail: "the capture does not hold it",
                    nextStep: "take it again with this version of ct-inspect")
            }
            return unread(name).map { .cut($0.why) } ?? .whole
        }
        return .whole
    }

    public func list(_ kernelFolder: KernelFile) throws(KernelError) -> [String] {
        if let error = unread(kernelFolder.path)?.error("list /\(kernelFolder.path)") { throw error }
        do throws(Errno) {
            return try Folder.list(folder.appending(kernelFolder.path).string)
        } catch {
            throw KernelError(
                "list /\(kernelFolder.path)", .failed, errno: error, detail: "the capture does not hold it")
        }
    }
}
