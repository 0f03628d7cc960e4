import Foundation
import TableSupport
import TestSupport
import Testing

/// A network namespace whose table is full of everything, in which the program and conntrack(8) run side by side.
struct LiveTable {
    /// Names for label bits, in an /etc of its own: conntrack(8) reads them at one place only.
    private let folder: String

    private static let labels = "0 zero\n1 one\n33 thirty-three\n63 sixty-three\n127 last\n"

    /// - Parameter crowd: how many entries there are besides one of each kind.
    /// - Parameter timestamps: whether entries know when they began. Lines that tell ages and timeouts tick at two points of a second.
    static func inside(
        crowd: Int = 0, timestamps: Bool = true, _ body: @escaping (LiveTable) throws -> Void
    ) throws {
        try inTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/etc/xtables", withIntermediateDirectories: true)
            try Data(labels.utf8).write(to: URL(fileURLWithPath: folder + "/etc/xtables/connlabel.conf"))
            try inFreshNamespace {
                try Menagerie.populate(lasting: 3000, timestamps: timestamps)
                try Menagerie.crowd(of: crowd, seed: 20_261_123, lasting: 3000)
                try Menagerie.expect(lasting: 3000)
                try body(LiveTable(folder: folder))
            }
        }
    }

    /// Runs a program with the label names in place.
    func run(_ words: [String]) throws -> Program.Outcome {
        try Program.shell(
            #"exec unshare --mount sh -c 'mount --bind "$0/etc" /etc && exec "$@"' "$0" "$@""#, [folder] + words)
    }

    func dump(_ words: [String]) throws -> Program.Outcome { try run([Program.path, "dump"] + words) }

    /// The lines of a program that ends well.
    func lines(_ words: [String]) throws -> [String] {
        let outcome = try run(words)
        guard outcome.status == 0 else {
            throw SystemFailure("\(words.joined(separator: " ")): \(outcome.complaint)", errno: EINVAL)
        }
        return outcome.output.split(separator: "\n").map(String.init)
    }

    func entries() throws -> [ConntrackLine] {
        try lines(["conntrack", "-L", "-o", "extended,id,labels"]).map(ConntrackLine.init)
    }
}

extension LiveTable {
    /// Expects that `conntrack -L` and `dump --format conntrack` print the same lines.
    ///
    /// Timeouts and ages tick, each in its own part of a second, and references come and go. So ours are taken between two of
    /// conntrack's, again and again until each line has once been equal to one of either, as a whole.
    ///
    /// - Parameter key: what of a line tells which object it shows.
    /// - Returns: how many lines there are.
    @discardableResult
    func expectAlike(
        _ conntrack: [String], _ dump: [String], by key: (String) throws -> String = Self.id
    ) throws -> Int {
        let (theirs, ours) = (["conntrack", "-L"] + conntrack, [Program.path, "dump", "--format", "conntrack"] + dump)
        var before = try lines(theirs)
        var known = Set(before)
        var unlike: [String: String]?
        for round in 0..<10 where unlike != [:] {
            // Rounds that last as long as the ticks would always see the same of them.
            usleep(UInt32(round) * 100_000)
            let lines = try Dictionary(lines(ours).map { (try key($0), $0) }) { first, _ in first }
            let after = try self.lines(theirs)
            let keys = try [before, after].map { try Set($0.map(key)) }
            #expect(keys == [Set(lines.keys), Set(lines.keys)], "\(conntrack) and \(dump)")
            #expect(after.count == lines.count, "\(conntrack) and \(dump)")
            known.formUnion(after)
            let new = lines.filter { !known.contains($0.value) }
            unlike = new.filter { unlike?.keys.contains($0.key) ?? true }
            before = after
        }
        #expect(unlike == [:], "\(conntrack) and \(dump)")
        return before.count
    }

    static func id(_ line: String) throws -> String {
        String(try #require(line.split(separator: " ").last { $0.hasPrefix("id=") }, "\(line)"))
    }
}
