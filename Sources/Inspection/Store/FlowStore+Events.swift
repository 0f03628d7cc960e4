import Addresses
import Conntrack
import IPVS

/// NEW events, which the verdict `never` relies on.
extension FlowStore {
    /// From now on it is given every NEW event, until `loseEvents`. Existing flows may be older than the watch.
    package mutating func beginWatch(at second: UInt32) {
        watch.begin(at: second)
        for slot in slots.rows.indices where slots.rows[slot].traits.contains(.isHeld) {
            slots.rows[slot].traits.insert(.mayBeOlder)
        }
    }

    /// Events were lost: nothing can be proven until watching begins again.
    package mutating func loseEvents() { watch.lose() }

    /// Whether it knows which connections are older than the watch: all that it does not know will be younger.
    package var knowsOlder: Bool { watch.isWhole && !watch.mayNewRowsBeOlder }

    /// Whether there is no watch, or it lost events: a new one may begin.
    package var needsWatch: Bool { !watch.isWhole }

    /// The basis for `never`: for how many seconds every NEW event has been received, and how many there were. Nil without a watch.
    package var evidence: (seconds: UInt32, events: Int)? { watch.isWhole ? (second &- watch.from, watch.events) : nil }

    /// Whether no flow can be called never for now because there were too many events to keep.
    package var isOverfull: Bool { watch.isOverfull }

    /// Takes the entry of a NEW event.
    package mutating func takeNew(_ entry: Entry, at second: UInt32) {
        watch.count()
        if slots.table.mayServe(entry.original.destination), let key = FlowKey.original(entry) {
            takeNew(key, at: second)
        }
        guard let source = entry.reply.source, let key = FlowKey.rewritten(entry) else { return }
        if slots.table.mayServe(source) { takeNew(key, at: second) }
        guard slots.table.answeringServers.contains(source) else { return }
        let known = slots.answered(by: key)
        for slot in known { slots.rows[slot].newEventPlusOne = second + 1 }
        if known.isEmpty { watch.keep(key, at: second) }
    }

    private mutating func takeNew(_ key: FlowKey, at second: UInt32) {
        if let slot = slots.find(key.protocol, key.client, key.server) {
            slots.rows[slot].newEventPlusOne = second + 1
        } else {
            watch.keep(key, at: second)
        }
    }
}
