import CNetlink
import Conntrack
import Glibc
import Reports
import TableSupport
import TestSupport
import Testing

/// Our lines, compared with those of libnetfilter_conntrack for the same bytes. Values are random; the structure is the
/// kernel's.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct ConntrackFormatDifferentialTests {
    @Test func randomEntriesAreWrittenAlike() throws {
        let messages = try inFreshNamespace {
            try SampleTable.populate()
            return try SampleTable.messages()
        }
        let labels = try LabelFile()
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var lines: Set<String> = []
        for round in 0..<5_000 {
            var message = try #require(messages.randomElement(using: &generator))
            scramble(&message, try #require(Framing.leaves(of: message)), &generator)
            let choice = Choice(&generator)
            let theirs = try choice.line(of: try LibraryEntry(parsing: message), labels)
            let entry = try decode(message)
            let ours = text { $0.appendConntrackLine(entry, choice.format(labels, theirs.now), event: choice.event) }
            try #require(ours == theirs.line, "seed \(seed), round \(round)")
            lines.insert(ours)
        }
        #expect(lines.count > 4_900)
    }

    @Test func randomExpectationsAreWrittenAlike() throws {
        let messages = try inFreshNamespace {
            try SampleTable.populate()
            try SampleTable.expect()
            return try SampleTable.expectationMessages()
        }
        #expect(messages.count == 10)
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var lines: Set<String> = []
        for round in 0..<5_000 {
            var message = try #require(messages.randomElement(using: &generator))
            let leaves = try #require(Framing.leaves(of: message, nests: Framing.expectationNests))
            scramble(&message, leaves, &generator)
            let choice = Choice(&generator)
            let theirs = try LibraryExpectation(parsing: message).line(choice.kind)
            let expectation = try decodeExpectation(message)
            let ours = text { $0.appendConntrackLine(expectation, event: choice.event) }
            try #require(ours == theirs, "seed \(seed), round \(round)")
            lines.insert(ours)
        }
        #expect(lines.count > 4_900)
    }

    /// Half of the values stay, so that known names occur. Strings stay: the library requires them to end with NUL.
    private func scramble(_ message: inout [UInt8], _ leaves: [Framing.Leaf], _ generator: inout SeededGenerator) {
        let names: [[UInt16]] = [
            [UInt16(CTA_HELP.rawValue), UInt16(CTA_HELP_NAME.rawValue)], [UInt16(CTA_EXPECT_HELP_NAME.rawValue)],
            [UInt16(CTA_EXPECT_FN.rawValue)],
        ]
        for leaf in leaves where !names.contains(leaf.path) && Bool.random(using: &generator) {
            message.replaceSubrange(leaf.payload, with: generator.bytes(leaf.payload.count))
        }
    }
}

/// What a line should show.
private struct Choice {
    let kind: nf_conntrack_msg_type
    let options: ConntrackFormat.Options
    let showsLabels: Bool

    init(_ generator: inout SeededGenerator) {
        let kinds = [NFCT_T_UNKNOWN, NFCT_T_NEW, NFCT_T_UPDATE, NFCT_T_DESTROY]
        kind = kinds.randomElement(using: &generator) ?? NFCT_T_UNKNOWN
        options = ConntrackFormat.Options(rawValue: UInt8.random(in: 0...7, using: &generator))
        showsLabels = Bool.random(using: &generator)
    }

    var event: ConntrackFormat.Event? {
        switch kind {
        case NFCT_T_NEW: .init(.new)
        case NFCT_T_UPDATE: .init(.update)
        case NFCT_T_DESTROY: .init(.destroy)
        default: nil
        }
    }

    func format(_ labels: LabelFile, _ now: Int) -> ConntrackFormat {
        ConntrackFormat(options, labels: showsLabels ? labels.names : nil, now: Int64(now))
    }

    /// The library reads the clock itself, so the second it used is bracketed by reading the clock before and after.
    func line(of entry: LibraryEntry, _ labels: LabelFile) throws -> (line: String, now: Int) {
        var flags: UInt32 = 0
        if options.contains(.extended) { flags |= UInt32(NFCT_OF_SHOW_LAYER3) }
        if options.contains(.id) { flags |= UInt32(NFCT_OF_ID) }
        if options.contains(.kernelTimes) { flags |= UInt32(NFCT_OF_TIMESTAMP) }
        while true {
            let now = time(nil)
            let line = try entry.line(kind, flags, names: showsLabels ? labels.map : nil)
            if time(nil) == now { return (line, now) }
        }
    }
}
