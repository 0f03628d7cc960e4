import Inspection

extension LostEvents {
    var sentence: String {
        let what = messages.map { "\($0) \($0 == 1 ? "message" : "messages")" } ?? "messages, how many is not known"
        switch resyncIn {
        case nil: return what
        case .zero?: return "\(what); comparing with the table"
        case let wait?: return "\(what); comparing with the table in \(wait.milliseconds) ms"
        }
    }
}

extension Resync {
    var sentence: String {
        let outcome = isComplete ? "the picture is right again" : "events were lost meanwhile, so another follows"
        return "\(new) new, \(changed) changed, \(gone) gone: \(outcome)"
    }
}

extension EventTally {
    /// The summary of a stream.
    package var sentence: String {
        var parts = ["\(new) new, \(update) updated, \(destroy) destroyed"]
        if hidden > 0 { parts.append("\(hidden) not shown") }
        if doubles > 0 { parts.append("\(doubles) told before") }
        parts.append(lost == 0 && uncountedLosses == 0 ? "none lost" : "\(lost) lost")
        if uncountedLosses > 0 { parts.append("\(uncountedLosses) losses that the kernel did not count") }
        if resyncs > 0 { parts.append("\(resyncs) \(resyncs == 1 ? "resync" : "resyncs")") }
        if unread > 0 { parts.append("\(unread) could not be read") }
        return parts.joined(separator: "; ")
    }
}
