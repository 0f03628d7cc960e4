import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

/// Entries whose packets NAT rules rewrite before IPVS sees them, or behind it: Docker Swarm's ingress does both.
struct RewrittenJoinTests {
    private let client = "10.0.0.1:1"
    private let vip = "172.18.0.2:80"
    private let server = "10.255.0.4:80"

    /// The client sends to `to`, and `from` answers to `back`.
    private func entry(
        _ to: String, from: String, back: String, status: Status = [.confirmed, .seenReply, .destinationNAT]
    ) throws -> Entry {
        var entry = try InspectionTests.entry(client, to, status: status)
        entry.reply = FlowKey(protocol: .tcp, client: try at(back), server: try at(from)).replyTuple
        return entry
    }

    private func flow(_ method: ForwardingMethod, _ entries: [Entry], mark: UInt32? = nil) throws -> [Flow] {
        let identity = mark.map { .fwmark($0, .ipv4) } ?? Service.Identity.address(.tcp, try at(vip))
        let services = [try service(identity, [(mark == nil ? server : "10.255.0.4:0", method)])]
        return Array(flows([try connection(client, vip, server)], services, entries, conntrack: "1").flows)
    }

    @Test("REDIRECT before IPVS and SNAT behind it leave the client and the answering server", arguments: [nil, 256])
    func redirectedAndMasqueraded(mark: UInt32?) throws {
        let entry = try entry(
            "172.18.0.2:8080", from: server, back: "10.255.0.3:1",
            status: [
                .confirmed, .seenReply, .destinationNAT, .sourceNAT,
            ])
        let found = try flow(.nat, [entry], mark: mark)
        #expect(found.map(\.verdict) == [.tracked])
        #expect(found.first?.doubts.contains { $0.contains("NAT rules rewrite its packets") } == true)
    }

    @Test("With DR the address that IPVS saw answers", arguments: [ForwardingMethod.dr, .tun])
    func redirected(method: ForwardingMethod) throws {
        let entry = try entry("192.0.2.1:8080", from: vip, back: client, status: [.confirmed, .destinationNAT])
        #expect(try flow(method, [entry]).map(\.verdict) == [.unreplied])
    }

    @Test("DNAT alone is joined by the answering server, as before")
    func translated() throws {
        let entry = try entry("172.18.0.2:8080", from: server, back: client)
        let found = try flow(.nat, [entry])
        #expect(found.map(\.verdict) == [.tracked] && found.first?.doubts.first?.contains("reply tuple") == true)
    }

    @Test("Another client, another server, or an entry that nothing rewrote is not the flow's")
    func others() throws {
        var stranger = try entry("172.18.0.2:8080", from: server, back: "10.255.0.3:1")
        stranger.original.source = try at("10.0.0.9:1").address
        let elsewhere = try entry("172.18.0.2:8080", from: "10.255.0.5:80", back: "10.255.0.3:1")
        let plain = try entry("172.18.0.2:8080", from: server, back: "10.255.0.3:1", status: [.confirmed, .seenReply])
        for entry in [stranger, elsewhere, plain] {
            #expect(try flow(.nat, [entry]).map(\.verdict) == [.absent])
        }
    }

    @Test("The entry of the flow's own tuple comes first")
    func own() throws {
        let rewritten = try entry("172.18.0.2:8080", from: server, back: "10.255.0.3:1")
        let own = try InspectionTests.entry(client, vip, server: server, status: [.confirmed], id: 2)
        for entries in [[rewritten, own], [own, rewritten]] {
            let found = try flow(.nat, entries)
            #expect(found.map(\.verdict) == [.unreplied] && found.first?.doubts == [])
        }
    }

    @Test(
        "The rules that may have rewritten the packets are told, and so is that none is, or that they could not be read"
    )
    func rules() throws {
        let rule = TranslatingRule(place: "ip nat PREROUTING handle 5", text: "tcp dport 8080 redirect to :80")
        var found = FlowTranslation(before: [rule])
        #expect(
            found.text
                == "rules that may have rewritten its packets: before IPVS ip nat PREROUTING handle 5 (tcp dport 8080 redirect to :80)"
        )
        found.behind = (1...5).map { TranslatingRule(place: "ip nat POSTROUTING handle \($0)", text: "") }
        #expect(
            found.text.hasSuffix(
                "behind IPVS ip nat POSTROUTING handle 1, ip nat POSTROUTING handle 2, ip nat POSTROUTING handle 3 and 2 more"
            ))
        found.unread = ["no"]
        #expect(found.isKnown && found.text.hasSuffix("; not all rules could be read: no"))
        let unread = FlowTranslation(unread: ["no"])
        #expect(
            !unread.isKnown && unread.text.contains("is not known")
                && unread.text.hasSuffix("not all rules could be read: no"))
        #expect(FlowTranslation().isKnown && FlowTranslation().text.contains("none was found"))
    }

    @Test("Only flows whose entry NAT rewrote have rules, and lose them with the entry")
    func explained() throws {
        let services = [try service(.address(.tcp, try at(vip)), [(server, .nat)])]
        let rewritten = try entry(
            "172.18.0.2:8080", from: server, back: "10.255.0.3:1", status: [.confirmed, .destinationNAT])
        let own = try InspectionTests.entry(client, vip, server: server, status: [.confirmed], id: 2)
        for (entries, isRewritten) in [([rewritten], true), ([rewritten, own], false), ([own], false), ([], false)] {
            var store = FlowStore()
            store.read(services, [try connection(client, vip, server)], entries, at: 0)
            #expect(store.hasTranslated == isRewritten)
            store.explainTranslated(by: TranslationRules())
            let flow = FlowReport(store, sysctls(conntrack: "1")).flows.first { _ in true }
            #expect((flow?.translation != nil) == isRewritten)
            #expect(flow?.doubts.contains { $0.contains("none was found that rewrites") } == isRewritten)
            store.read(services, [try connection(client, vip, server)], [own], at: 1)
            #expect(!store.hasTranslated && store.translation(ofSlot: 0) == nil)
        }
    }

    @Test("A NEW event of such an entry keeps its flow from being called never")
    func event() throws {
        let services = [try service(.address(.tcp, try at(vip)), [(server, .nat)])]
        let rewritten = try entry(
            "172.18.0.2:8080", from: server, back: "10.255.0.3:1", status: [.confirmed, .destinationNAT])
        for isTold in [true, false] {
            var store = FlowStore()
            store.beginWatch(at: 0)
            let other = try connection("10.0.0.7:7", vip, server)
            for second: UInt32 in 0..<3 { store.read(services, [other], at: second) }
            if isTold { store.takeNew(rewritten, at: 2) }
            store.read(services, [other, try connection(client, vip, server)], at: 3)
            let verdict = FlowReport(store, sysctls(conntrack: "1")).flows.first { $0.client.port == 1 }?.verdict
            #expect(verdict == (isTold ? .absent : .never))
        }
    }
}
