struct Options {
    enum Task {
        case benchmarks, instructions, help
    }

    var task = Task.benchmarks
    var program = ".build/release/ct-inspect"
    /// Where the Makefile puts the C programs.
    var tools = "Benchmarks/.build/tools"
    var entries = 1_000_000
    var runs = 5
    /// For each load of `observe`, and each screen of `watch`.
    var seconds = 3
    var cases = Set(CaseName.allCases)
    var json: String?
    /// On a disk, as /tmp may be in memory.
    var folder = "/var/tmp"
    var isStrict = false
    var bounds = "Benchmarks/instructions.bound"

    static let usage = """
        usage: benchmarks [options]               measure, and print a table
               benchmarks instructions [options]  count the instructions an entry by callgrind, and hold them to their bounds
          --program PATH   the ct-inspect to measure (default: .build/release/ct-inspect)
          --entries N      size of the table (default: 1000000)
          --runs N         rounds of each case (default: 5)
          --seconds N      of each load of observe and each screen of watch (default: 3)
          --cases A,B      of \(CaseName.allCases.map(\.rawValue).joined(separator: ", ")) (default: all)
          --json FILE      write all figures as JSON too
          --folder DIR     where output files go for a while (default: /var/tmp)
          --strict         end with 1 when a target is missed
          --bounds FILE    of the instructions (default: Benchmarks/instructions.bound)
          --tools DIR      with the C programs (default: Benchmarks/.build/tools)
          --help           this text

        """

    init(_ words: [String]) throws {
        var rest = words[...]
        if rest.first == "instructions" {
            task = .instructions
            rest = rest.dropFirst()
        }
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h": task = .help
            case "--strict": isStrict = true
            case "--program": program = try Self.value(of: word, &rest)
            case "--tools": tools = try Self.value(of: word, &rest)
            case "--entries": entries = try Self.number(of: word, &rest, in: 1_000...10_000_000)
            case "--runs": runs = try Self.number(of: word, &rest, in: 1...100)
            case "--seconds": seconds = try Self.number(of: word, &rest, in: 1...60)
            case "--cases": cases = try Self.cases(Self.value(of: word, &rest))
            case "--json": json = try Self.value(of: word, &rest)
            case "--folder": folder = try Self.value(of: word, &rest)
            case "--bounds": bounds = try Self.value(of: word, &rest)
            default: throw Failure(.usage, "unknown word \(word)\n\(Self.usage)")
            }
        }
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw Failure(.usage, "\(option) needs a value\n\(usage)") }
        return value
    }

    private static func number(
        of option: String, _ rest: inout ArraySlice<String>, in range: ClosedRange<Int>
    ) throws -> Int {
        let text = try value(of: option, &rest)
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                .usage, "\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return number
    }

    private static func cases(_ list: String) throws -> Set<CaseName> {
        try Set(
            list.split(separator: ",").map { word in
                guard let name = CaseName(rawValue: String(word)) else {
                    throw Failure(.usage, "no case is called \(word)\n\(usage)")
                }
                return name
            })
    }
}
