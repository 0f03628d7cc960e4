import Addresses
import CNetlink
import Firewall
import Foundation
import Netlink
import TestSupport
import Testing

/// What the kernel lists of a set of intervals is only where each begins or ends.
@Suite("An anonymized set of intervals", .needsRoot, .needsTool("nft"))
struct AnonymizedSetTests {
    private static let rules = """
        table inet acme {
            set ranges { type ipv4_addr; flags interval; elements = { 10.77.1.5-10.77.1.77, 10.77.2.0/24, 10.77.3.1 }; }
            map marks { type ipv4_addr : mark; flags interval; elements = { 10.77.0.0/25 : 1, 10.77.0.128/25 : 2 }; }
            chain input {
                type filter hook input priority 0
                ip saddr @ranges drop
                meta mark set ip saddr map @marks
            }
        }
        """

    private struct Border {
        var address: UInt32
        var isEnd: Bool
        /// Of an element of a map.
        var data: [UInt8]
    }

    private static func attributes(_ bytes: [UInt8]) throws -> [UInt16: [UInt8]] {
        var found: [UInt16: [UInt8]] = [:]
        var cursor = AttributeCursor(0..<bytes.count)
        while let attribute = try cursor.next(in: bytes.span.bytes) {
            found[attribute.type] = bytes.span.bytes.copy(attribute)
        }
        return found
    }

    private static func borders(of capture: String, isMap: Bool) throws -> [Border] {
        let ruleset = try Ruleset(reading: CapturedKernel(capture))
        let wanted = ruleset[.set].filter { ($0.payload(NFTA_SET_DATA_TYPE.rawValue) != nil) == isMap }
        #expect(wanted.count == 1)
        var borders: [Border] = []
        for list in ruleset[.elements] where list.name == wanted.first?.name {
            let elements = try #require(list.payload(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue))
            var cursor = AttributeCursor(0..<elements.count)
            while let one = try cursor.next(in: elements.span.bytes) {
                let parts = try attributes(elements.span.bytes.copy(one))
                let key = try attributes(try #require(parts[UInt16(NFTA_SET_ELEM_KEY.rawValue)]))
                let value = try #require(key[UInt16(NFTA_DATA_VALUE.rawValue)])
                borders.append(
                    Border(
                        address: value.reduce(0) { $0 << 8 | UInt32($1) },
                        isEnd: (parts[UInt16(NFTA_SET_ELEM_FLAGS.rawValue)]?.last ?? 0) & 1 != 0,
                        data: parts[UInt16(NFTA_SET_ELEM_DATA.rawValue)] ?? []))
            }
        }
        return borders.sorted { ($0.address, $0.isEnd ? 0 : 1) < ($1.address, $1.isEnd ? 0 : 1) }
    }

    /// What the set says of an address: its element's data, if it has one.
    private static func element(_ borders: [Border], _ address: IPAddress) -> [UInt8]? {
        let last = borders.last { UInt64($0.address) <= address.low }
        return last.flatMap { $0.isEnd ? nil : $0.data }
    }

    @Test("It has the replacements of its members, and no others", arguments: [false, true])
    func members(_ isMap: Bool) throws {
        let folder = try TemporaryFolder()
        try Self.rules.write(to: folder.url.appendingPathComponent("rules.nft"), atomically: true, encoding: .utf8)
        let outcome = try Program.shell(
            #"""
            cd "$0" && exec unshare --net bash -ec "nft -f rules.nft
            '$1' capture original; '$1' capture --anonymize --key key anonymized"
            """#, [folder.url.path, Program.path])
        try #require(outcome.status == 0, "\(outcome.complaint)")
        func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
        var translation = try Translation(key: path("key"), names: [:])
        let before = try Self.borders(of: path("original"), isMap: isMap)
        let after = try Self.borders(of: path("anonymized"), isMap: isMap)
        let first: UInt32 = 10 << 24 | 77 << 16
        let all = (first &- 300..<first + 1300).map { IPAddress(ipv4: $0) }
        for address in all {
            #expect(
                Self.element(before, address) == Self.element(after, translation.address(address)), "\(address)")
        }
        let members = all.count { Self.element(before, $0) != nil }
        #expect(members == (isMap ? 256 : 73 + 256 + 1))
        withExtendedLifetime(folder) {}
    }
}
