import Testing

/// How services are printed; the lab compares `-o save` with ipvsadm(8).
struct ServicesFormatTests {
    @Test("-o save is a command for each service and destination of ipvsadm -Ln, in its order", arguments: Fixture.all)
    func save(_ fixture: Fixture) throws {
        let outcome = try Program.run(["services", "-o", "save", "--capture", fixture.capture])
        #expect(outcome.status == 0 && outcome.complaint.isEmpty)
        let listed = try fixture.peer("ipvsadm-Ln.txt").split(separator: "\n").dropFirst(3).map { line in
            let words = line.split(separator: " ")
            return words[0] == "->" ? "-a \(words[1])" : "-A \(words[1])"
        }
        let saved = outcome.output.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let name = words[0] == "-A" ? words[2] : words.drop { $0 != "-r" }.dropFirst().first
            return "\(words[0]) \(name ?? "")"
        }
        #expect(saved == listed)
    }

    @Test("Of one service only; not beside JSON, which has no such form")
    func narrowed() throws {
        let fixture = try #require(Fixture.all.first { $0.capture.contains("mixed") })
        let one = ["services", "--capture", fixture.capture, "-o", "save", "--service", "tcp/10.0.0.100:80"]
        let lines = try Program.run(one).output.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(" -t 10.0.0.100:80 ") })
        let both = try Program.run(one + ["--json"])
        #expect(both.status == 64 && both.complaint.contains("--json and -o save are mutually exclusive"))
        let other = one.map { $0 == "save" ? "json" : $0 }
        #expect(try Program.run(other).output == Program.run(other.map { $0 == "-o" ? "--format" : $0 }).output)
    }
}
