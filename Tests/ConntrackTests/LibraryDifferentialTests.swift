import Addresses
import CNetlink
import Foundation
import TableSupport
import TestSupport
import Testing

@testable import Conntrack

/// Our decoder compared with libnetfilter_conntrack's, on the same bytes of a live kernel.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct LibraryDifferentialTests {
    @Test func everyFieldOfEveryKindOfEntryIsTheSame() throws {
        let messages = try Self.messages()
        // Ten TCP states, entries created by conntrack(8), three with extensions, and a real datagram.
        #expect(messages.count >= 10 + 18 + 3 + 1)
        var seen: Set<String> = []
        for message in messages {
            let ours = try decode(message)
            let theirs = try LibraryEntry(parsing: message)
            for field in Field.all {
                let expected = field.theirs(theirs)
                #expect(field.ours(ours) == expected, "\(field.name) of \(ours.original)")
                if expected != nil { seen.insert(field.name) }
            }
            #expect(ours.unknown == [], "\(ours.original)")
        }
        // Comparing two empty lists proves nothing.
        #expect(Set(Field.all.map(\.name)).subtracting(seen) == Field.notMadeHere)
    }

    /// The library exits the process if an attribute has an unexpected size (`abi_breakage`, parse_mnl.c), so values
    /// change here, but not sizes; nor do names, which must end with NUL.
    @Test func otherValuesAreTheSameToo() throws {
        let messages = try Self.messages()
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        let names: [[UInt16]] = [[UInt16(CTA_HELP.rawValue), UInt16(CTA_HELP_NAME.rawValue)]]
        for round in 0..<5_000 {
            var message = try #require(messages.randomElement(using: &generator))
            for leaf in try #require(Framing.leaves(of: message)) where !names.contains(leaf.path) {
                message.replaceSubrange(leaf.payload, with: generator.bytes(leaf.payload.count))
            }
            let ours = try decode(message)
            let theirs = try LibraryEntry(parsing: message)
            for field in Field.all {
                try #require(field.ours(ours) == field.theirs(theirs), "\(field.name), seed \(seed), round \(round)")
            }
        }
    }

    @Test func damagedMessagesAreDecodedExactlyWhenTheyAreFramed() throws {
        let messages = try Self.messages()
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var (decoded, refused) = (0, 0)
        for round in 0..<20_000 {
            var damaged = generator.damage(try #require(messages.randomElement(using: &generator)))
            guard damaged.count >= 16 else { continue }
            // The message's own length stays valid: damage to it is covered by the tests of MessageCursor.
            damaged.replaceSubrange(0..<4, with: withUnsafeBytes(of: UInt32(damaged.count), Array.init))
            let isFramed = Framing.leaves(of: damaged) != nil
            let isDecoded = (try? decode(damaged)) != nil
            try #require(isDecoded == isFramed, "seed \(seed), round \(round): \(damaged.hexadecimalText)")
            if isDecoded { decoded += 1 } else { refused += 1 }
        }
        #expect(decoded > 1000)
        #expect(refused > 1000)
    }

    private static func messages() throws -> [[UInt8]] {
        try inFreshNamespace {
            try SampleTable.populate()
            return try SampleTable.messages()
        }
    }
}

/// A field that both decoders know, as text; nil if it was not sent.
struct Field: Sendable {
    let name: String
    let ours: @Sendable (Entry) -> String?
    let theirs: @Sendable (LibraryEntry) -> String?

    init(
        _ name: String, _ ours: @escaping @Sendable (Entry) -> String?,
        _ theirs: @escaping @Sendable (LibraryEntry) -> String?
    ) {
        self.name = name
        self.ours = ours
        self.theirs = theirs
    }

    /// Kernels since 6.16 have no DCCP; only NAT helpers adjust sequence numbers, only SELinux sets contexts, an entry
    /// in the table has no stop time, and the master is IPv4.
    static let notMadeHere: Set<String> = [
        "DCCP state", "DCCP role", "DCCP handshake", "sequence correction original", "sequence offset before original",
        "sequence offset after original", "sequence correction reply", "sequence offset before reply",
        "sequence offset after reply", "security context", "stop", "master IPv6 source", "master IPv6 destination",
    ]
}
