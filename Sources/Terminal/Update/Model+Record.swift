import Addresses
import Inspection
import Reports

/// Going forwards and backwards in the time of a record.
extension Model {
    /// Shows a moment of it.
    ///
    /// - Parameter lines: the last ones before it, the oldest first.
    mutating func show(_ lines: [RecordLine]) {
        events.show(lines)
        events.list.select(.max, of: events.count, page: page)
    }

    /// - Returns: nil for a key that does what it always does.
    mutating func pressInRecord(_ key: Key) -> [Effect]? {
        switch key {
        case .character("["): return [.go(.second(isForward: false))]
        case .character("]"): return [.go(.second(isForward: true))]
        case .character("{"): return [.go(.minute(isForward: false))]
        case .character("}"): return [.go(.minute(isForward: true))]
        case .character("("): return [.go(.happening(isForward: false))]
        case .character(")"): return [.go(.happening(isForward: true))]
        case .control("r"), .function(5): return [.go(.again)]
        case .character("b"): overlay = .prompt(Prompt(.time, clock))
        case .character("f"): notice = "a record stands still; [ and ] go back and on"
        case .character("o"), .character("z"), .character("Z"):
            notice = "a record has the packets that were observed then: the tab Drops shows them"
        default: return nil
        }
        return []
    }

    /// What a step said that led nowhere.
    package func refusal(of step: RecordStep) -> String {
        switch step {
        case .happening(let isForward): "nothing else happened \(isForward ? "after" : "before") this"
        case .second(isForward: true), .minute(isForward: true): "the record ends here; F5 reads what came since"
        case .second, .minute: "the record begins here"
        case .moment, .again: "the record has nothing"
        }
    }

    // MARK: Times

    static let timeForm = "expected 09:47, 09:47:21, -10m, +30s, or 2026-11-29T09:47:21Z"

    /// `09:47:21`
    private var clock: String { String(director.now.clockText(ahead: setting.clocksAhead).prefix(8)) }

    /// What a typed time means: how far from here, when on this day by local clocks, or a time as RFC 3339 has it.
    func recordStep(_ text: String) -> RecordStep? {
        let text = text.trimmingSpaces
        if let moment = Moment(rfc3339: text) { return .moment(moment) }
        if let distance = Self.distance(text) { return .moment(moment(after: distance)) }
        guard let time = Self.secondOfDay(text) else { return nil }
        let local = Int64(clamping: director.now.seconds) + Int64(setting.clocksAhead)
        return .moment(moment(after: time - (local % 86_400)))
    }

    private func moment(after seconds: Int64) -> Moment {
        let second = Int64(clamping: director.now.seconds) + seconds
        return Moment(second: UInt32(clamping: second))
    }

    /// `-10m`: seconds.
    private static func distance(_ text: String) -> Int64? {
        guard let sign = ["+": Int64(1), "-": -1][text.prefix(1)], let unit = text.last,
            let number = Int(digits: text.dropFirst().dropLast(unit.isNumber ? 0 : 1)), number <= 1_000_000_000,
            let seconds = unit.isNumber ? 1 : ["s": Int64(1), "m": 60, "h": 3600, "d": 86_400][unit]
        else { return nil }
        return sign * Int64(number) * seconds
    }

    /// `09:47` or `09:47:21`.
    private static func secondOfDay(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count <= 2 ? Int(digits: $0) : nil }.map(Int64.init)
        guard numbers.count == parts.count, (2...3).contains(numbers.count), numbers[0] < 24, numbers[1] < 60 else {
            return nil
        }
        let second = numbers.count == 3 ? numbers[2] : 0
        return second < 60 ? numbers[0] * 3600 + numbers[1] * 60 + second : nil
    }

    // MARK: The head

    /// `record: 2026-11-29T09:47:21Z, 12m03s before its end `
    var recordedMoment: String {
        guard let record else { return "" }
        let now = director.now
        let left = record.last.seconds > now.seconds ? record.last.seconds - now.seconds : 0
        let place = left == 0 ? "its end" : "\(AgeText.of(UInt32(clamping: left))) before its end"
        return "record: \(Moment(nanoseconds: now.seconds * 1_000_000_000).wholeSecond), \(place) "
    }
}

extension Moment {
    /// RFC 3339 without a fraction.
    fileprivate var wholeSecond: String { rfc3339.prefix { $0 != "." } + "Z" }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
