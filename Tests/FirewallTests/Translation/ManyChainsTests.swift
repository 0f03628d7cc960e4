import Addresses
import Netlink
import Testing

@testable import Firewall

@Suite("Chains of a capture that call each other without end")
struct ManyChainsTests {
    private static let count = 100_000

    private func packet() -> PartialPacket { PartialPacket(.ipv4, .tcp, from: nil, to: nil, port: nil) }

    private func object(_ kind: RulesetObject.Kind, _ fill: (inout Request) -> Void) throws -> RulesetObject {
        var request = Request.netfilter("an object", subsystem: 10, message: 6, flags: 0, family: 2)
        request.append(1, text: "nat")
        fill(&request)
        let bytes = request.message(sequence: 1)
        var cursor = MessageCursor()
        let message = try #require(try cursor.next(in: bytes.span.bytes))
        return try RulesetObject(kind, message, in: bytes.span.bytes)
    }

    private func rule(_ chain: Int, _ fill: @escaping (inout Request) -> Void) throws -> RulesetObject {
        try object(.rule) { rule in
            rule.append(2, text: "c\(chain)")
            rule.append(3, bigEndian: UInt64(chain + 1))
            rule.nest(4) { list in list.nest(1, fill) }
        }
    }

    @Test("Of nf_tables: each is entered, in a list of our own and not on the stack; a circle ends")
    func tables() throws {
        var ruleset = Ruleset()
        ruleset[.chain] = [
            try object(.chain) { chain in
                chain.append(3, text: "c0")
                chain.nest(4) { hook in
                    hook.append(1, bigEndian: UInt32(0))
                    hook.append(2, bigEndian: UInt32(0))
                }
                chain.append(7, text: "nat")
            }
        ]
        ruleset[.rule] = try (0..<Self.count).map { number in
            try rule(number) { expression in
                expression.append(1, text: "immediate")
                expression.nest(2) { immediate in
                    immediate.append(1, bigEndian: UInt32(0))
                    immediate.nest(2) { data in
                        data.nest(2) { verdict in
                            verdict.append(1, bigEndian: Int32(-3))
                            verdict.append(2, text: "c\(number + 1)")
                        }
                    }
                }
            }
        }
        ruleset[.rule].append(try rule(Self.count) { $0.append(1, text: "redir") })
        ruleset[.rule].append(try rule(0) { $0.append(1, text: "masq") })
        let found = TranslationRules(ruleset).rules(for: packet(), at: [.preRouting])
        #expect(found.map(\.place) == ["ip nat c100000 handle 100001", "ip nat c0 handle 1"])
    }

    @Test("The same of iptables-legacy")
    func legacy() throws {
        let table = try LegacyTable(Self.table, .ip)
        #expect(table.chains.count == Self.count)
        let found = TranslationRules(Ruleset(), [table]).rules(for: packet(), at: [.preRouting])
        #expect(found.map(\.place) == ["iptables-legacy nat c99999 rule 1"])
    }

    /// `struct ipt_getinfo` and the entries: PREROUTING calls c0, and each chain the next.
    private static var table: [UInt8] {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }
        func padded(_ text: String, _ size: Int) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0, count: size - text.utf8.count)
        }
        /// `struct ipt_entry`, and then a target.
        func entry(_ target: String, _ data: [UInt8]) -> [UInt8] {
            let size = 112 + 32 + data.count
            return [UInt8](repeating: 0, count: 88) + bytes(UInt16(112)) + bytes(UInt16(size))
                + [UInt8](repeating: 0, count: 20) + bytes(UInt16(32 + data.count)) + padded(target, 30) + data
        }
        func jump(_ verdict: Int) -> [UInt8] { entry("", bytes(Int32(verdict)) + bytes(Int32(0))) }
        func head(_ name: String) -> [UInt8] { entry("ERROR", padded(name, 32)) }
        let (first, step, begin) = (2 * jump(0).count, head("").count + jump(0).count, head("").count)
        var entries = jump(first + begin) + jump(LegacyVerdict.accept)
        for number in 0..<count {
            entries += head("c\(number)")
            entries +=
                number == count - 1
                ? entry("REDIRECT", bytes(UInt64(0))) : jump(first + (number + 1) * step + begin)
        }
        entries += head("ERROR")
        let numbers: [UInt32] =
            [1, 0, 0, 0, 0, 0] + [UInt32(jump(0).count), 0, 0, 0, 0] + [UInt32(3 + 2 * count), UInt32(entries.count)]
        return padded("nat", 32) + numbers.flatMap { bytes($0) } + entries
    }
}
