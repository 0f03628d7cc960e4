import Addresses
import Firewall
import Inspection
import Netlink

/// Chains of nf_tables that packets meet before they are counted first: at a device's ingress, or early at PRE_ROUTING.
enum RulesInFront {
    /// What to know of them; nothing if there are none.
    static func notices(_ kernel: any KernelSource, _ families: Set<IPAddress.Family>) -> [ObservationNotice] {
        do throws(KernelError) {
            let chains = try Ruleset(readingChainsOf: kernel)[.chain].filter {
                $0.isInFront(of: .arrived, families) && $0.mayDrop
            }
            // Two observers do not drop each other's packets.
            let found = chains.filter { !$0.table.hasPrefix(ObservationTable.prefix) }
            return found.isEmpty ? [] : [.rulesInFront(found.map { "\($0.family) \($0.table) \($0.name)" })]
        } catch {
            return [.unknownRulesInFront(error.description)]
        }
    }
}
