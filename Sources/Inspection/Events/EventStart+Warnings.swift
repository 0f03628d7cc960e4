extension EventStart {
    /// What users must know before waiting for events in vain, with the next step.
    package var warnings: [String] {
        var warnings: [String] = []
        if eventsSetting == 0 {
            warnings.append(
                "net.netfilter.nf_conntrack_events is 0, so new entries send no events: "
                    + "sysctl -w net.netfilter.nf_conntrack_events=1")
        }
        // The kernel doubles the requested size.
        if buffer < bufferAsked {
            warnings.append(
                "the receive buffer is \(buffer) bytes instead of the requested \(bufferAsked): "
                    + "raise net.core.rmem_max, or run as root in the initial user namespace")
        }
        return warnings
    }
}
