extension EventStart {
    /// What a user must know before waiting for events in vain, each with the next step.
    package var warnings: [String] {
        var warnings: [String] = []
        if eventsSetting == 0 {
            warnings.append(
                "net.netfilter.nf_conntrack_events is 0, so entries made from now on send no events: "
                    + "sysctl -w net.netfilter.nf_conntrack_events=1")
        }
        // The kernel doubles what was asked for.
        if buffer < bufferAsked {
            warnings.append(
                "the receive buffer is \(buffer) bytes, of \(bufferAsked) that were asked for: "
                    + "raise net.core.rmem_max, or run as root of the first user namespace")
        }
        return warnings
    }
}
