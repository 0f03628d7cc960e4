import Addresses
import Conntrack
import Firewall
import IPVS
import Netlink
import TestSupport
import Testing

@testable import Inspection

@Suite("Which rules rewrote packets of flows, of many flows and many rules", .needsRoot, .needsTool("nft"))
struct TranslatedFlowTests {
    private static let server = "10.255.0.4:80"

    /// - Parameter unused: so many rules more, in a chain that no packet meets.
    private func rules(_ chains: String, unused: Int = 0) throws -> TranslationRules {
        try inFreshNamespace {
            let commands = """
                { printf 'table inet n {\nchain unused {\n'; yes redirect | head -n \(unused); printf '}\n'
                cat <<'END'
                \(chains)
                }
                END
                } | nft -f -
                """
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", commands])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return TranslationRules(reading: LiveKernel(), after: nil)
        }
    }

    private static func base(_ hook: String) -> String {
        "chain \(hook) { type nat hook \(hook) priority 0; \(["prerouting", "output"].contains(hook) ? "redirect" : "snat ip to 10.0.0.2"); }\n"
    }

    /// A store with a flow of each client to each service, whose entries rules have rewritten.
    private func store(
        _ clients: [String], services count: Int = 1, local: Set<IPAddress> = [], method: ForwardingMethod = .nat
    ) throws -> FlowStore {
        let virtual = (0..<count).map { "172.18.0.\($0 + 2):80" }
        let services = try virtual.map { try service(.address(.tcp, try at($0)), [(Self.server, method)]) }
        var (connections, entries): ([Connection], [Entry]) = ([], [])
        for client in clients {
            for (place, vip) in virtual.enumerated() {
                let end = "\(client):\(1000 + place)"
                connections.append(try connection(end, vip, Self.server))
                var entry = try entry(
                    end, vip.replacing(":80", with: ":8080"),
                    status: [.confirmed, .seenReply, .destinationNAT, .sourceNAT])
                entry.reply =
                    FlowKey(protocol: .tcp, client: try at(end), server: try at(Self.server)).replyTuple
                entries.append(entry)
            }
        }
        var store = FlowStore()
        store.read(services, connections, entries, at: 0, FlowContext(sysctls(conntrack: "1"), localAddresses: local))
        #expect(store.hasTranslated)
        return store
    }

    private func found(_ store: FlowStore) -> [FlowTranslation] {
        (0..<UInt32(store.slotCount)).compactMap(store.translation(ofSlot:))
    }

    @Test("Hooks are those that packets of others, or of this host, meet; all if that is not known")
    func hooks() throws {
        let rules = try rules(["prerouting", "output", "input", "postrouting"].map(Self.base).joined())
        func chains(_ local: [String], _ method: ForwardingMethod = .nat) throws -> [String] {
            var store = try store(["10.0.0.1"], local: Set(local.compactMap { IPAddress($0) }), method: method)
            store.explainTranslated(by: rules)
            return try #require(found(store).first).names
        }
        #expect(try chains([]) == ["prerouting", "output", "input", "postrouting"])
        #expect(try chains(["10.0.0.9"]) == ["prerouting", "postrouting"])
        #expect(try chains(["10.0.0.1"]) == ["output", "postrouting"])
        #expect(try chains(["10.255.0.4"]) == ["prerouting", "input"])
    }

    @Test("Clients are alike unless a rule looks at them; of more kinds than there is time for it is said")
    func many() throws {
        let clients = (1...20).map { "10.0.0.\($0)" }
        for (condition, isAsking) in [("", false), ("ip saddr 10.0.0.0/8", true)] {
            let rules = try rules(
                "chain c { type nat hook prerouting priority 0; \(condition) redirect; }", unused: 50_000)
            #expect(rules.count == 50_001 && rules.asksForSources == isAsking)
            var store = try store(clients)
            store.explainTranslated(by: rules)
            #expect(found(store).count == 20)
            #expect(found(store).count(where: \.isLookedFor) == (isAsking ? 3 : 20))
            #expect(found(store).filter(\.isLookedFor).allSatisfy { $0.names == ["c"] })
            var other = try self.store(["10.0.0.1"], services: 5)
            other.explainTranslated(by: rules)
            #expect(found(other).count(where: \.isLookedFor) == 3)
            let rest = try #require(found(other).first { !$0.isLookedFor })
            #expect(!rest.isKnown && rest.text.contains("they were not looked through"))
        }
    }

    @Test("A user who interrupts is heard")
    func stopped() throws {
        let rules = try rules(Self.base("prerouting"))
        var store = try store(["10.0.0.1"], services: 5)
        var asked = 0
        store.explainTranslated(by: rules) {
            asked += 1
            return asked > 2
        }
        #expect(found(store).map(\.isLookedFor).count { $0 } == 2)
    }
}

extension FlowTranslation {
    /// Of the chains.
    fileprivate var names: [String] { (before + behind).map { String($0.place.split(separator: " ")[2]) } }
}
