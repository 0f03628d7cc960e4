import Addresses
import FoundationEssentials
import SystemPackage

/// A capture folder in the kernel's place: it gives to each question the answer that the kernel gave when the capture was taken.
///
/// Needs no privilege. What is in the folder is not trusted: damage is an error.
package final class CapturedKernel: KernelSource {
    /// Of the kernel that was captured, then, as the manifest tells it: not of this host.
    package let origin: Origin
    /// A capture has the answers to the questions for all, and none to others.
    package let filters = false

    private let folder: Folder
    /// What the capture holds; nil when that was not verified, and then it is what lies in the folder.
    private let checksums: Checksums?
    private let manifest: Manifest
    private let file: PcapReader
    private let index: ExchangeIndex
    /// How often each question was asked, and each file read: the next time gets the next answer, as the kernel gave it.
    private var asked: [Request: Int] = [:]
    private var reads: [String: Int] = [:]

    /// - Parameter verifying: whether the checksums are compared first; without, damage may go unnoticed, but is never fatal.
    /// - Throws: `.damaged` when this is no capture, or not a whole one; `.failed` when there is no such folder, `.forbidden` when
    ///   it may not be read.
    package init(_ path: String, verifying: Bool = true) throws(KernelError) {
        folder = try CaptureFile.folder(path)
        checksums = verifying ? try Checksums.verified(folder) : nil
        manifest = try Self.manifest(folder)
        origin = try manifest.origin("read \(folder.path.appending(CaptureFile.manifest))")
        file = try PcapReader(folder)
        index = try ExchangeIndex(file)
    }

    private static func manifest(_ folder: borrowing Folder) throws(KernelError) -> Manifest {
        let purpose = "read \(folder.path.appending(CaptureFile.manifest))"
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
            throw CaptureFile.unreadable(purpose, errno, nextStep: "this is no whole capture: copy it again")
        } catch {
            throw KernelError(
                purpose, .damaged, detail: "it is not the JSON of a manifest",
                nextStep: CaptureFile.copyAgain)
        }
    }

    private func unread(_ what: String) -> Manifest.Unread? { manifest.unread.first { $0.what == what } }

    /// Gives the recorded answer. An answer that was refused when it was taken is refused again, with the same errno.
    ///
    /// - Throws: besides: `.failed` when the capture holds no answer to the request, `.damaged` when it breaks off.
    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let turn = asked[request, default: 0]
        asked[request] = turn + 1
        guard let answer = index.answer(to: request, turn: turn) else {
            throw unread(request.purpose)?.error(request.purpose)
                ?? notHeld(request.purpose, "the capture holds no answer to that")
        }
        var offset = answer.records.lowerBound
        while offset < answer.records.upperBound, let record = try file.record(at: offset) {
            let datagram = try file.datagram(record)
            if try receive(datagram.span.bytes, answer.sequence) == .done { return }
            offset = record.end
        }
        throw unread(request.purpose)?.error(request.purpose)
            ?? KernelError(
                request.purpose, .damaged, detail: "the answer in the capture has no end",
                nextStep: CaptureFile.copyAgain)
    }

    private func notHeld(_ purpose: String, _ why: String = "the capture does not hold it") -> KernelError {
        KernelError(purpose, .failed, detail: why, nextStep: "take it again with this version of ct-inspect")
    }

    /// Reads the file of the capture; `bound` is not needed, as no kernel makes it.
    ///
    /// - Throws: what the kernel answered then; `.failed` when the capture does not hold it, `.damaged` when it cannot
    ///   be read.
    package func read(
        _ kernelFile: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        let purpose = "read /\(kernelFile.path)"
        let turn = reads[kernelFile.path, default: 1]
        reads[kernelFile.path] = turn + 1
        // Its own reading, else the last one that there is.
        let names = (1...turn).reversed().map { RecordingKernel.name(kernelFile, reading: $0) }
        for name in names {
            if let error = unread(name)?.error(purpose) { throw error }
            guard checksums?.holds(name) ?? true else { continue }
            do throws(Errno) {
                try CaptureFile.read(folder, name, receive)
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw CaptureFile.unreadable(purpose, error)
            }
            return unread(name).map { .cut($0.why) } ?? .whole
        }
        throw notHeld(purpose)
    }

    /// Names of the files that the capture holds below a folder, and of those that could not be read then.
    ///
    /// - Throws: what the kernel answered then; `.failed` when the capture holds none.
    package func list(_ kernelFolder: KernelFile) throws(KernelError) -> [String] {
        let purpose = "list /\(kernelFolder.path)"
        if let error = unread(kernelFolder.path)?.error(purpose) { throw error }
        var names = namesNotRead(in: kernelFolder)
        if let checksums {
            names.formUnion(Self.names(checksums.sums.keys, below: kernelFolder.path))
        } else {
            do throws(Errno) { names.formUnion(try folder.folder(at: kernelFolder.path).list()) } catch {
                if names.isEmpty { throw notHeld(purpose) }
            }
        }
        if names.isEmpty { throw notHeld(purpose) }
        return names.filter { !Self.isLaterReading($0, among: names) }.sorted()
    }

    /// What was in a folder but could not be read is in it still: its reading says why.
    private func namesNotRead(in kernelFolder: KernelFile) -> Set<String> {
        Set(Self.names(manifest.unread.map(\.what), below: kernelFolder.path))
    }

    private static func names(_ paths: some Sequence<String>, below folder: String) -> [String] {
        guard let parents = Folder.components(of: folder) else { return [] }
        return paths.compactMap { path in
            guard let components = Folder.components(of: path), components.starts(with: parents) else { return nil }
            return components.dropFirst(parents.count).first
        }
    }

    /// Whether a name is what `RecordingKernel.name` makes of another one that is there: the kernel had no such file.
    private static func isLaterReading(_ name: String, among names: Set<String>) -> Bool {
        guard let dot = name.lastIndex(of: "."), let reading = Int(name[name.index(after: dot)...]), reading > 1
        else { return false }
        return names.contains(String(name[..<dot]))
    }
}
