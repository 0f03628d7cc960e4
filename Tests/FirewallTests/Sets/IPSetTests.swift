import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Reading sets of ipset")
struct IPSetTests {
    /// Linux 6.18.44, of `create blocked hash:ip comment timeout 600` with `add blocked 192.0.2.8` and
    /// `add blocked 192.0.2.7 timeout 300 comment x`: IPSET_CMD_LIST of protocol 7, with IPSET_FLAG_LIST_HEADER.
    static let head = hexadecimal(
        """
        98 00 00 00  07 06  02 00  01 00 00 00  ca 01 00 00       # IPSET_CMD_LIST
        02 00 00 00                                               # nfgenmsg
        05 00  01 00  07 00 00 00                                 # IPSET_ATTR_PROTOCOL
        0c 00  02 00  62 6c 6f 63 6b 65 64 00                     # IPSET_ATTR_SETNAME
        0c 00  03 00  68 61 73 68 3a 69 70 00                     # IPSET_ATTR_TYPENAME
        05 00  05 00  02 00 00 00                                 # IPSET_ATTR_FAMILY
        05 00  04 00  06 00 00 00                                 # IPSET_ATTR_REVISION
        06 00  0b 40  00 00 00 00                                 # IPSET_ATTR_INDEX
        4c 00  07 80                                              # IPSET_ATTR_DATA
          08 00  12 40  00 00 04 00                               # IPSET_ATTR_HASHSIZE
          08 00  13 40  00 01 00 00                               # IPSET_ATTR_MAXELEM
          05 00  15 00  0c 00 00 00                               # IPSET_ATTR_BUCKETSIZE
          08 00  11 40  24 45 d3 29                               # IPSET_ATTR_INITVAL
          08 00  19 40  00 00 00 00                               # IPSET_ATTR_REFERENCES
          08 00  1a 40  00 00 01 8a                               # IPSET_ATTR_MEMSIZE
          08 00  18 40  00 00 00 02                               # IPSET_ATTR_ELEMENTS
          08 00  06 40  00 00 02 58                               # IPSET_ATTR_TIMEOUT
          08 00  08 40  00 00 00 10                               # IPSET_ATTR_CADT_FLAGS
        """)

    /// The same, without that flag, followed by this.
    static let elements = hexadecimal(
        """
        3c 00  08 80                                              # IPSET_ATTR_ADT
          18 00  07 80                                            # IPSET_ATTR_DATA
            0c 00  01 80  08 00  01 00  c0 00 02 08               # IPSET_ATTR_IP
            08 00  06 40  00 00 02 57                             # IPSET_ATTR_TIMEOUT
          20 00  07 80
            0c 00  01 80  08 00  01 00  c0 00 02 07
            08 00  06 40  00 00 01 2b
            06 00  1a 00  78 00 00 00                             # IPSET_ATTR_COMMENT
        """)

    static let whole = [UInt8(head.count + elements.count)] + head[1...] + elements

    /// A set without elements, of its first message's attributes.
    static func set(_ attributes: [UInt8], index: UInt16) throws -> IPSet? {
        var request = Request.netfilter("list", subsystem: 6, message: 7, flags: 0)
        request.append(attributes: attributes)
        request.append(11, bigEndian: index)
        let bytes = request.message(sequence: 1)
        var cursor = MessageCursor()
        return try cursor.next(in: bytes.span.bytes).flatMap { try IPSet($0, in: bytes.span.bytes) }
    }

    /// A rule of nf_tables that uses set 0.
    private static func rule() throws -> Ruleset {
        var ruleset = Ruleset()
        ruleset[.rule] = [try SetRules.rule(match: "set", revision: 4, [0, 0, 1, 2])]
        return ruleset
    }

    private func read(_ answers: [[[UInt8]]]) throws -> (sets: [IPSet], failures: [KernelError], requests: Int) {
        let kernel = ScriptedKernel(answers: answers)
        let used = IPSet.used(by: try Self.rule(), [], in: kernel)
        return (used.sets, used.failures, kernel.requests.count)
    }

    @Test("A set's name, type, properties and elements are those that the kernel listed")
    func decoded() throws {
        let used = try read([[Self.head, TrackingAnswers.done], [Self.whole, TrackingAnswers.done]])
        #expect(used.failures == [])
        let set = try #require(used.sets.first)
        #expect((set.index, set.name, set.type) == (0, "blocked", "hash:ip"))
        #expect(set.elements == [Array(Self.elements[4...])])
        #expect(set.description == "set blocked of ipset")
        var comments: [String] = []
        try set.eachElement { attributes, bytes throws(DecodeError) in
            comments += attributes.filter { $0.type == 26 }.map { bytes.text($0) }
        }
        #expect(comments == ["x"])
    }

    @Test(
        "It is made with its properties, but not with the size and the seed of its hash, nor with what the kernel only tells"
    )
    func creation() throws {
        let used = try read([[Self.head, TrackingAnswers.done], [Self.whole, TrackingAnswers.done]])
        let message = try #require(used.sets.first).creation.message(sequence: 1)
        let data = try #require(RuleExpression("", Array(message[20...])).payload(7))
        let properties = RuleExpression("", data)
        // INITVAL, HASHSIZE; ELEMENTS, REFERENCES, MEMSIZE.
        for type in [17, 18, 24, 25, 26] { #expect(properties.payload(type) == nil) }
        // TIMEOUT, CADT_FLAGS, MAXELEM, BUCKETSIZE.
        for type in [6, 8, 19, 21] { #expect(properties.payload(type) != nil) }
    }

    @Test("Elements in several messages are all of the set")
    func several() throws {
        // What follows the first message has the set's name and elements only.
        let rest = Array(Self.whole[..<40] + Self.elements)
        let more = [UInt8(rest.count)] + rest[1...]
        let used = try read([[Self.head, TrackingAnswers.done], [Self.whole, more, TrackingAnswers.done]])
        #expect(used.sets.map(\.elements.count) == [2])
    }

    @Test("Without rules that use sets nothing is asked, as that could load a module")
    func nothing() throws {
        let kernel = ScriptedKernel()
        var ruleset = Ruleset()
        ruleset[.rule] = [try SetRules.rule(match: "comment", revision: 0, [0, 0, 0, 0])]
        let used = IPSet.used(by: ruleset, [], in: kernel)
        #expect(used.sets.isEmpty && used.failures.isEmpty && kernel.requests.isEmpty)
    }

    @Test("A set that became another one meanwhile, and an answer that is no answer, are failures")
    func changed() throws {
        var other = Self.whole
        // Its index.
        other[73] = 1
        let changed = try read([[Self.head, TrackingAnswers.done], [other, TrackingAnswers.done]])
        #expect(changed.sets.isEmpty && changed.failures.first?.detail == "it changed while it was read")
        let absent = try read([[TrackingAnswers.noSuchSubsystem]])
        #expect(absent.sets.isEmpty && absent.failures.map(\.asked) == ["list the sets of ipset"])
    }

    @Test("A damaged message is an error or a set, never a crash")
    func damaged() throws {
        var refused = 0
        for count in 17..<Self.whole.count {
            var cut = Array(Self.whole.prefix(count))
            cut[0] = UInt8(count)
            let used = try read([[Self.head, TrackingAnswers.done], [cut, TrackingAnswers.done]])
            refused += used.failures.count
        }
        #expect(refused > Self.whole.count / 2)
    }
}

/// Rules of nf_tables with one match or target of xtables.
enum SetRules {
    static func rule(match name: String, revision: UInt8, _ info: [UInt8]) throws -> RulesetObject {
        try rule("match", name, revision: revision, info)
    }

    static func rule(target name: String, revision: UInt8, _ info: [UInt8]) throws -> RulesetObject {
        try rule("target", name, revision: revision, info)
    }

    private static func rule(
        _ kind: String, _ name: String, revision: UInt8, _ info: [UInt8]
    ) throws -> RulesetObject {
        var request = Request.netfilter("rule", subsystem: 10, message: 6, flags: 0, family: 2)
        request.append(1, text: "filter")
        request.append(2, text: "INPUT")
        request.nest(4) { list in
            list.nest(1) { expression in
                expression.append(1, text: kind)
                expression.nest(2) { data in
                    data.append(1, text: name)
                    data.append(2, bigEndian: UInt32(revision))
                    data.append(3, info)
                }
            }
        }
        let bytes = request.message(sequence: 1)
        var cursor = MessageCursor()
        guard let message = try cursor.next(in: bytes.span.bytes) else { throw KernelError("make a rule", .failed) }
        return try RulesetObject(.rule, message, in: bytes.span.bytes)
    }
}
