import Foundation
import TestSupport
import Testing

/// The program in a namespace of its own, while the kernel creates events there.
@Suite("Events of a live kernel", .needsRoot, .needsTool("conntrack"), .serialized)
struct EventsLiveTests {
    /// Starts the program and waits until it listens.
    private func follow(_ arguments: String...) throws -> BackgroundTool {
        let program = try BackgroundTool([Program.path, "events", "--json"] + arguments)
        try waitUntil("the program listens") { program.output.contains(#""event":"live""#) }
        return program
    }

    private func stop(_ program: BackgroundTool) throws -> EventLines {
        program.signal(SIGINT)
        #expect(try program.wait() == 0)
        return try EventLines(program.output)
    }

    /// Entries of any age send events.
    private func inNoisyNamespace(_ body: @escaping () throws -> Void) throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            try body()
        }
    }

    /// Creates one more event, and waits until the program has reported it and recovered its losses.
    private func waitUntilMended(_ program: BackgroundTool) throws {
        try Tool.run("conntrack -I -p tcp -s 10.9.9.9 -d 10.0.0.2 --sport 1 --dport 2 -t 60 --state NONE")
        try waitUntil("the last event is there, and what was lost is made good") {
            let output = program.output
            return try output.contains("10.9.9.9") && EventLines.losses(in: output).isMended
        }
    }

    @Test("SIGINT and SIGTERM end the stream with its summary", arguments: [SIGINT, SIGTERM])
    func signals(_ number: CInt) throws {
        try inNoisyNamespace {
            let program = try follow("--initial")
            try Tool.run("conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 60")
            try waitUntil("the event is written") { program.output.contains(#""event":"new""#) }
            program.signal(number)
            #expect(try program.wait() == 0)
            let lines = try EventLines(program.output)
            #expect(lines.lines.map { $0["event"] as? String } == ["start", "live", "new", "end"])
            #expect(lines.last["new"] as? Int == 1)
            #expect(program.complaint.isEmpty)
        }
    }

    @Test("A closed pipe ends the stream, even if no event arrives")
    func closedPipe() throws {
        try inNoisyNamespace {
            let line = #""$0" events --json | head -n 1 > /dev/null; exit "${PIPESTATUS[0]}""#
            let shell = try BackgroundTool(["/bin/bash", "-c", line, Program.path])
            #expect([0, 141].contains(try shell.wait(atMost: 60)))
            #expect(shell.complaint.isEmpty)
        }
    }

    @Test("--count and --for end the stream")
    func limits() throws {
        try inNoisyNamespace {
            let program = try follow("--count", "2", "--kind", "destroy")
            let generator = try ConntrackGenerator()
            for number in 0..<5 { try generator.add(.create, number) }
            for number in 0..<5 { try generator.add(.delete, number) }
            try generator.flush()
            #expect(try program.wait() == 0)
            let lines = try EventLines(program.output)
            #expect(lines.count("destroy") == 2 && lines.count("new") == 0)
            let timed = try BackgroundTool([Program.path, "events", "--for", "300ms"])
            #expect(try timed.wait() == 0)
            #expect(timed.complaint == "ct-inspect: 0 new, 0 updated, 0 destroyed; none lost\n")
        }
    }

    @Test("A DESTROY that the kernel repeats, as another listener does not read, is counted and not shown")
    func repeatedDestroy() throws {
        try inNoisyNamespace {
            let generator = try ConntrackGenerator()
            let entries = 1000
            for number in 0..<entries { try generator.add(.create, number) }
            try generator.flush()
            let program = try follow()
            do {
                let deaf = try DeafListener()
                for number in 0..<entries { try generator.add(.delete, number) }
                try generator.flush()
                try waitUntil("all are gone") { program.output.components(separatedBy: "destroy").count > entries }
                deaf.close()
            }
            try waitUntil("the kernel has delivered all") {
                try Tool.run("conntrack -L dying").allSatisfy(\.isWhitespace)
            }
            try waitUntilMended(program)
            let lines = try stop(program)
            #expect(lines.count("destroy") == entries && lines.last["destroy"] as? Int == entries)
            let doubles = try #require(lines.last["doubles"] as? Int)
            #expect(doubles > entries / 2)
        }
    }

    @Test("If no events can arrive, this is reported at the start with the next step")
    func noEvents() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=0")
            let program = try BackgroundTool([Program.path, "events", "--for", "100ms"])
            #expect(try program.wait() == 0)
            #expect(program.complaint.contains("sysctl -w net.netfilter.nf_conntrack_events=1"))
        }
    }

    /// With the small buffer, events are lost while the program reads the table for the first time.
    @Test(
        "Started under churn with the table first, it reports no gaps and no duplicates",
        arguments: [(0, "32M"), (1, "32M"), (2, "4K"), (3, "4K")])
    func initialUnderChurn(_ seed: UInt64, _ buffer: String) throws {
        try inNoisyNamespace {
            let generator = try ConntrackGenerator()
            let held = 15_000
            for number in 0..<held { try generator.add(.create, number) }
            try generator.flush()
            let program = try BackgroundTool([Program.path, "events", "--json", "--initial", "--buffer", buffer])
            // Continues while the program subscribes, dumps and catches up.
            var random = SeededGenerator(seed: seed)
            while !program.output.contains(#""event":"live""#) {
                for _ in 0..<3000 { try churn(generator, .random(in: 0..<held, using: &random), &random) }
                try generator.flush()
            }
            try waitUntilMended(program)
            let table = try EventLines.table()
            let lines = try stop(program)
            let picture = try lines.picture
            #expect(picture.doubles == 0)
            #expect(Self.difference(picture.entries, table) == [])
            #expect(lines.count("initial") > held / 3)
            #expect((lines.count("lost") > 0) == (buffer == "4K"))
        }
    }

    private func churn(_ generator: ConntrackGenerator, _ number: Int, _ random: inout SeededGenerator) throws {
        switch random.next() % 3 {
        case 0: try generator.add(.change(mark: .random(in: 1...9, using: &random)), number)
        case 1: try generator.add(.delete, number)
        default: try generator.add(.create, number)
        }
    }

    @Test(
        "Reported plus lost events equal those generated, and the table is right after a resync",
        arguments: [(200, "4K"), (2000, "4K"), (20_000, "4K"), (20_000, "512K"), (40_000, "1M"), (40_000, "32M")])
    func loss(_ burst: Int, _ buffer: String) throws {
        try inNoisyNamespace {
            let generator = try ConntrackGenerator()
            for number in 0..<100 { try generator.add(.create, number) }
            try generator.flush()
            let before = generator.events
            let program = try follow("--initial", "--buffer", buffer)
            for number in 100..<burst { try generator.add(.create, number) }
            for number in stride(from: 0, to: burst, by: 2) { try generator.add(.change(mark: 7), number) }
            for number in stride(from: 0, to: burst, by: 3) { try generator.add(.delete, number) }
            try generator.flush()
            // One more is created by waitUntilMended.
            let made = generator.events - before + 1
            #expect(made == 1 + burst - 100 + (burst + 1) / 2 + (burst + 2) / 3)
            try waitUntilMended(program)
            let table = try EventLines.table()
            let lines = try stop(program)
            #expect(lines.accountedFor == made)
            #expect(lines.sum("lost", "messages") == lines.last["lost"] as? Int)
            #expect(lines.last["uncounted_losses"] as? Int == 0)
            if buffer == "4K" { #expect(lines.count("lost") > 0 && lines.count("resynced") > 0) }
            #expect(Self.difference(try lines.picture.entries, table) == [])
        }
    }

    /// Shortened, as the tables have thousands of entries.
    private static func difference(_ picture: [String: String], _ table: [String: String]) -> [String] {
        let keys = Set(picture.keys).union(table.keys).filter { picture[$0] != table[$0] }
        return keys.sorted().prefix(5).map { "\($0): told \(picture[$0] ?? "-"), in the table \(table[$0] ?? "-")" }
    }
}
