import ArgumentParser

/// A number of bytes: `32M`, with K, M, G and T as powers of 1024.
struct ByteCount: ExpressibleByArgument {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) }
        let shifts = ["": 0, "K": 10, "M": 20, "G": 30, "T": 40]
        guard let number = Int(digits), let shift = shifts[argument.dropFirst(digits.count).uppercased()],
            number > 0, number <= Int.max >> shift
        else { return nil }
        bytes = number << shift
    }

    var defaultValueDescription: String {
        bytes.isMultiple(of: 1 << 20) ? "\(bytes >> 20)M" : "\(bytes)"
    }
}

/// A duration: `30s`, `1.5s`, `500ms`, `5m`, `1h`, `1d`; a bare number means seconds.
struct TimeSpan: ExpressibleByArgument {
    var duration: Duration

    /// What a value must look like, for errors.
    static let form = "a duration is a number of seconds, or has a unit: 500ms, 1.5s, 5m, 1h, 1d"

    private static let units: [String: Double] = [
        "": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
    /// Three years.
    private static let most = 100_000_000_000.0

    static func seconds(_ seconds: Int) -> TimeSpan { TimeSpan(duration: .seconds(seconds)) }

    private init(duration: Duration) { self.duration = duration }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard digits.first != ".", digits.last != ".", let number = Double(digits),
            let unit = Self.units[String(argument.dropFirst(digits.count))]
        else { return nil }
        let milliseconds = (number * unit).rounded()
        guard milliseconds >= 1, milliseconds <= Self.most else { return nil }
        duration = .milliseconds(Int(milliseconds))
    }
}

/// The size of the receive buffer: common to the commands that receive events.
struct BufferOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Size of the receive buffer for events, e.g. 64M.", valueName: "SIZE"))
    var buffer = ByteCount(bytes: 32 << 20)

    /// The kernel's number has 32 bits.
    func validate() throws {
        if buffer.bytes > Int(Int32.max) { throw ValidationError("--buffer must be less than 2G") }
    }
}
