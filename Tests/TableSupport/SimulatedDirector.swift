import Addresses
import CNetlink
import Glibc
import Netlink

/// A director in place of the kernel: it answers any request from lists that a test fills, so that one reader, or two,
/// may ask in any order. Entries are encoded by libnetfilter_conntrack, services by libmnl, connections as
/// `ip_vs_conn_seq_show` writes them.
package final class SimulatedDirector: KernelSource {
    package let origin = Origin(
        takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
        networkNamespace: nil)
    package var usesSecondCore = true
    /// Whether it applies a `CTA_FILTER`, as a live kernel does and a capture does not.
    package var filters = false
    /// In the order in which they are listed.
    package var services: [SimulatedService] = []
    /// The rows of ip_vs_conn, without the header.
    package var rows: [String] = []
    /// The table, in the order of a dump.
    package var entries: [SimulatedEntry] = []
    /// Rows after which reading them is stopped; nil if never.
    package var rowsReadAtMost: Int?
    /// Whether the user wants no more.
    package var isStopped = false
    /// Whether a sync daemon runs.
    package var isBackup = false
    /// Files besides those of IPVS: sysctls.
    package var files: [String: String] = [:]
    /// Which look-ups, counted from 0, it has no answer to.
    package var lacksLookup: (Int) -> Bool = { _ in false }
    /// Called before each answer: the table may change between requests, as on a real system.
    package var beforeAnswer: (SimulatedDirector, Question) -> Void = { _, _ in }
    /// The requests received, in order.
    package private(set) var questions: [Question] = []

    package enum Question: Equatable, Sendable {
        case family, services, destinations, connections
        /// The addresses in the original tuple, or the status, that the kernel is asked to filter by.
        case dump(source: IPAddress? = nil, destination: IPAddress? = nil, status: UInt32? = nil)
        case lookup
        case file(String)
    }

    private static let family: UInt16 = 0x1C

    package init() {}

    package func withoutStopping(_ work: () throws(KernelError) -> Void) throws(KernelError) {
        let wasStopped = isStopped
        isStopped = false
        defer { isStopped = wasStopped }
        try work()
    }

    package func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) {
        let message = request.message(sequence: 1)
        let datagrams = try answer(to: request, message)
        for datagram in datagrams where try receive(datagram.span.bytes, 1) == .done { return }
        throw KernelError(request.purpose, .failed, detail: "the answer has no end")
    }

    private func ask(_ question: Question) {
        beforeAnswer(self, question)
        questions.append(question)
    }

    private func answer(to request: Request, _ message: [UInt8]) throws(KernelError) -> [[UInt8]] {
        let type = message.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt16.self) }
        do {
            switch type {
            case UInt16(GENL_ID_CTRL):
                ask(.family)
                return [try SimulatedMessage.family(Self.family), try SimulatedMessage.end(errno: 0)]
            case Self.family where message[16] == UInt8(IPVS_CMD_GET_SERVICE):
                ask(.services)
                return try services.map { try $0.message(Self.family) } + [SimulatedMessage.done()]
            case Self.family where message[16] == UInt8(IPVS_CMD_GET_DAEMON):
                return try (isBackup ? [SimulatedMessage.backup(Self.family)] : []) + [SimulatedMessage.done()]
            case Self.family:
                ask(.destinations)
                let service = services.first { $0.isNamed(in: message) }
                return try (service?.destinations ?? []).map { try $0.message(Self.family) } + [SimulatedMessage.done()]
            case UInt16(RTM_GETADDR):
                return [try SimulatedMessage.done()]
            default:
                return request.isDump ? try dump(message) : try lookup(message)
            }
        } catch {
            throw KernelError(request.purpose, .failed, detail: "the simulation: \(error)")
        }
    }

    private func dump(_ message: [UInt8]) throws -> [[UInt8]] {
        let wanted = message.count > 20 ? try LibraryEntry(parsing: message) : nil
        let (source, destination) = (wanted?.address(ATTR_ORIG_IPV4_SRC), wanted?.address(ATTR_ORIG_IPV4_DST))
        let status = wanted.flatMap { $0.has(ATTR_STATUS) ? $0[word: ATTR_STATUS] : nil }
        ask(.dump(source: source, destination: destination, status: status))
        let family = message[16]
        let sent = entries.filter { entry in
            // None of these was rewritten by a rule.
            status == nil && (family == 0 || family == entry.family)
                && (source == nil || entry.source.address == source)
                && (destination == nil || entry.destination.address == destination)
        }
        return try sent.map { try $0.message(isDump: true) } + [SimulatedMessage.done()]
    }

    /// `nf_conntrack_find_get` compares the tuple with those of either direction, in one zone.
    private func lookup(_ message: [UInt8]) throws -> [[UInt8]] {
        let isLacking = lacksLookup(questions.count { $0 == .lookup })
        ask(.lookup)
        if isLacking { throw KernelError("look an entry up", .failed, detail: "it lacks the answer") }
        let asked = try LibraryEntry(parsing: message)
        guard let entry = entries.first(where: { $0.isFound(by: asked) }) else {
            return [try SimulatedMessage.end(errno: ENOENT)]
        }
        return [try entry.message(isDump: false), try SimulatedMessage.end(errno: 0)]
    }

    package func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        let text: String
        switch file.path {
        case "proc/net/ip_vs_conn":
            ask(.connections)
            let title = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData"
            text = ([title] + rows.prefix(rowsReadAtMost ?? .max)).joined(separator: "\n") + "\n"
        case "proc/net/ip_vs_stats": text = "   Total Incoming Outgoing\n"
        default:
            ask(.file(file.path))
            guard let held = files[file.path] else { throw KernelError("read /\(file.path)", .absent) }
            text = held + "\n"
        }
        receive(Array(text.utf8).span.bytes)
        let isCut = file.path == "proc/net/ip_vs_conn" && rowsReadAtMost.map { $0 < rows.count } ?? false
        return isCut ? .cut("reading was stopped") : .whole
    }

    package func list(_ folder: KernelFile) throws(KernelError) -> [String] {
        let names = files.keys.filter { $0.hasPrefix(folder.path + "/") }.map { $0.dropFirst(folder.path.count + 1) }
        guard !names.isEmpty else { throw KernelError("list /\(folder.path)", .absent) }
        return names.filter { !$0.contains("/") }.map(String.init).sorted()
    }
}
