import Foundation
import TableSupport
import TestSupport
import Testing

/// A network namespace with a table of every kind of entry, in which the program and conntrack(8) run in parallel.
struct LiveTable {
    /// Names for label bits, in a private /etc, as conntrack(8) reads them from a fixed path.
    private let folder: String

    /// One at a time: each listing walks the hash table of all namespaces, and parallel ones would slow each other
    /// until timeouts change.
    private static let turn = NSLock()

    private static let labels = "0 zero\n1 one\n33 thirty-three\n63 sixty-three\n127 last\n"

    /// - Parameter crowd: the number of entries in addition to one of each kind.
    /// - Parameter timestamps: whether entries know their start time. Lines with ages and timeouts change twice a
    ///   second.
    static func inside(
        crowd: Int = 0, timestamps: Bool = true, _ body: @escaping (LiveTable) throws -> Void
    ) throws {
        try inTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/etc/xtables", withIntermediateDirectories: true)
            try Data(labels.utf8).write(to: URL(fileURLWithPath: folder + "/etc/xtables/connlabel.conf"))
            turn.lock()
            defer { turn.unlock() }
            try inFreshNamespace {
                // With 2, an entry only sends its DESTROY event if someone, in any namespace, was listening when it was
                // created.
                try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
                try SampleTable.populate(lasting: 3000, timestamps: timestamps)
                try SampleTable.crowd(of: crowd, seed: 20_261_123, lasting: 3000)
                try SampleTable.expect(lasting: 3000)
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

    /// The output lines of a program that exits with success.
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
    /// Timeouts and ages change at different moments within a second, and references come and go. So both run at the
    /// same time, repeatedly, until each of our lines has equalled one of conntrack's completely.
    ///
    /// - Parameter key: the part of a line that identifies the object.
    /// - Returns: the number of lines.
    @discardableResult
    func expectAlike(
        _ conntrack: [String], _ dump: [String], by key: (String) throws -> String = Self.id
    ) throws -> Int {
        var known: Set<String> = []
        var unlike: [String: String]?
        var count = 0
        for _ in 0..<Self.attempts where unlike != [:] {
            let (theirs, ours) = try race(conntrack, dump)
            known.formUnion(theirs)
            let lines = try Dictionary(ours.map { (try key($0), $0) }) { first, _ in first }
            #expect(try Set(theirs.map(key)) == Set(lines.keys), "\(conntrack) and \(dump)")
            #expect(theirs.count == ours.count && ours.count == lines.count, "\(conntrack) and \(dump)")
            unlike = lines.filter { !known.contains($0.value) && unlike?.keys.contains($0.key) ?? true }
            count = ours.count
        }
        #expect(unlike == [:], "\(conntrack) and \(dump)")
        return count
    }

    static let attempts = 20

    static func id(_ line: String) throws -> String {
        String(try #require(line.split(separator: " ").last { $0.hasPrefix("id=") }, "\(line)"))
    }

    /// The lines of conntrack and of the program, run in parallel.
    private func race(_ conntrack: [String], _ dump: [String]) throws -> (theirs: [String], ours: [String]) {
        let theirs = ["conntrack", "-L"] + conntrack
        let ours = [Program.path, "dump", "--format", "conntrack"] + dump
        let script = #"""
            "${@:3:$2}" >"$1/theirs" & theirs=$!
            "${@:3+$2}" >"$1/ours" & ours=$!
            wait $theirs && wait $ours && cat "$1/theirs" && echo --- && cat "$1/ours"
            """#
        let lines = try lines(["bash", "-c", script, "race", folder, "\(theirs.count)"] + theirs + ours)
        let halves = lines.split(separator: "---", maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        try #require(halves.count == 2)
        return (halves[0], halves[1])
    }
}
