import Addresses
import Firewall
import Inspection
import Netlink

/// Chains of nf_tables that packets meet before they are counted first: at a device's ingress, or early at PRE_ROUTING or LOCAL_OUT.
enum RulesInFront {
    /// What to know of them; nothing if there are none.
    static func notices(_ kernel: any KernelSource, _ families: Set<IPAddress.Family>) -> [ObservationNotice] {
        do throws(KernelError) {
            // Two observers do not drop each other's packets.
            let chains = try Ruleset(readingChainsOf: kernel)[.chain].filter {
                $0.mayDrop && !$0.table.hasPrefix(ObservationTable.prefix)
            }
            func names(_ point: ObservationPoint) -> [String] {
                chains.filter { $0.isInFront(of: point, families) }.map { "\($0.family) \($0.table) \($0.name)" }
            }
            let (first, localOut) = (names(.arrived), names(.localOut))
            return (first.isEmpty ? [] : [.rulesInFront(first)])
                + (localOut.isEmpty ? [] : [.rulesInFrontOfLocalOut(localOut)])
        } catch {
            return [.unknownRulesInFront(error.description)]
        }
    }

    /// Whether rules may drop what IPVS sends before it is counted: at LOCAL_OUT before conntrack (raw). What cannot be read may have some.
    static func mayDropSent(_ kernel: any KernelSource, _ families: Set<IPAddress.Family>) -> Bool {
        guard let ruleset = try? Ruleset(readingChainsOf: kernel) else { return true }
        let hasChains = ruleset[.chain].contains {
            $0.isInFront(of: .localOut, families) && $0.mayDrop && !$0.table.hasPrefix(ObservationTable.prefix)
                && $0.hook == UInt32(NetfilterHook.localOut.rawValue)
        }
        let legacy = LegacyTables.read(from: kernel)
        return hasChains
            || [legacy.ipv4, legacy.ipv6].contains { presence in
                switch presence {
                case .none: false
                case .tables(let names): names.contains("raw")
                case .unknown: true
                }
            }
    }
}
