import Conntrack
import Inspection

/// The answer to a case after one of its packets, from the model or the kernel.
struct Answer: Hashable {
    var ctstate: CTState?
    var packetClass: PacketClass?
    /// The content of the table.
    var entries: Set<EntryView>
}

extension Answer: CustomStringConvertible {
    var description: String {
        let entries = entries.isEmpty ? "no entry" : entries.map(\.description).sorted().joined(separator: " and ")
        return "\(ctstate?.name ?? "nothing counted") \(packetClass?.name ?? "") -> \(entries)"
    }
}

extension ConntrackModel {
    /// The model's answers, one per packet. All packets reach a host that accepts everything, so each new entry enters
    /// the table.
    func answers(to asked: Case) -> [Answer] {
        var entry = asked.entry?.tracked
        var isTurned = false
        return asked.steps.map { step in
            var bystanders: Set<EntryView> = []
            if !step.isOfEntry, let other = entry.take() {
                bystanders = [EntryView(other, isTurned: isTurned)]
                isTurned = false
            }
            let outcome = outcome(
                of: step.packet, with: step.flaws, entry: entry, isTurned ? step.direction.opposite : step.direction)
            if outcome.fate == .fresh || outcome.fate == .recreated { isTurned = step.direction == .reply }
            entry = outcome.entry
            let own = entry.map { EntryView($0, isTurned: isTurned) }
            return Answer(
                ctstate: outcome.ctstate, packetClass: step.packet.packetClass,
                entries: own.map { bystanders.union([$0]) } ?? bystanders)
        }
    }
}
