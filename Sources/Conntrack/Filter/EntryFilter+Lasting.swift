extension EntryFilter {
    /// The conditions on what an entry keeps for its life: family, protocol, tuples, service and zone. What is left out may change: status,
    /// protocol state, mark and labels.
    package var lasting: EntryFilter {
        var lasting = EntryFilter()
        lasting.families = families
        lasting.protocols = protocols
        lasting.services = services
        lasting.original = original
        lasting.reply = reply
        lasting.zones = zones
        return lasting
    }
}
