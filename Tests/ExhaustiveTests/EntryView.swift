import Conntrack
import Inspection

/// The externally visible properties of an entry, the same for the model's and the kernel's.
struct EntryView: Hashable {
    var state: String?
    var hasSeenReply: Bool
    var isAssured: Bool
    /// Its original direction starts at the case's host.
    var isTurned: Bool
    /// It was first closed by a FIN; always false except for TCP.
    var endedByFIN = false
    /// SCTP only.
    var tags: SCTPTags?

    init(_ entry: TrackedEntry, isTurned: Bool) {
        state = entry.state
        hasSeenReply = entry.hasSeenReply
        isAssured = entry.isAssured
        self.isTurned = isTurned
        switch entry.memory {
        case .tcp(let tcp): endedByFIN = tcp.endedByFIN
        case .sctp(let sctp): tags = sctp.tags
        case .dccp, .stateless: break
        }
    }

    init(_ entry: Entry, isTurned: Bool) {
        state = entry.state?.name
        hasSeenReply = entry.status.contains(.seenReply)
        isAssured = entry.status.contains(.assured)
        self.isTurned = isTurned
        switch entry.state {
        case .tcp(let tcp):
            // IP_CT_TCP_FLAG_CLOSE_INIT
            endedByFIN = ((tcp.flagsOriginal?.flags ?? 0) | (tcp.flagsReply?.flags ?? 0)) & 0x04 != 0
        case .sctp(let sctp):
            tags = SCTPTags(original: sctp.verificationTagOriginal ?? 0, reply: sctp.verificationTagReply ?? 0)
        case .dccp, nil: break
        }
    }
}

extension EntryView: CustomStringConvertible {
    var description: String {
        let words = [
            state, hasSeenReply ? "replied" : "unreplied", isAssured ? "assured" : nil, isTurned ? "turned" : nil,
            endedByFIN ? "ended by FIN" : nil, tags.map { "tags \($0.original)/\($0.reply)" },
        ]
        return words.compactMap { $0 }.joined(separator: " ")
    }
}
