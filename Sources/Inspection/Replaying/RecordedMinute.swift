import Addresses
import Conntrack
import Firewall
import IPVS

/// What a record tells of a minute, in the lines `minute`, `traffic` and `drops` that were written together.
struct RecordedMinute: Sendable {
    private var begun: Moment?
    private var total: RecordLine?
    private(set) var losses = RecordedLosses()
    private var dropped: UInt64 = 0

    /// Seconds within which its lines come.
    private static let longest: UInt64 = 2
    /// In seconds: what is longer is no minute.
    private static let longestSpan: Int64 = 600

    var isOpen: Bool { begun != nil }

    /// Whether a line belongs to it.
    func isPart(_ line: RecordLine) -> Bool {
        guard [.minute, .traffic, .drops].contains(line.kind) else { return false }
        return begun.map { line.time.seconds &- $0.seconds <= Self.longest && line.kind != .minute } ?? true
    }

    /// How long it was.
    private(set) var seconds: Int64 = 60

    mutating func take(_ line: RecordLine) {
        if begun == nil { begun = line.time }
        seconds = max(1, min(line.number("seconds") ?? 60, Self.longestSpan))
        switch line.kind {
        case .minute: total = line
        case .drops:
            let packets = UInt64(clamping: line.number("packets") ?? 0)
            if let loss = ObservedDrop(line, packets, perSecond: Double(packets) / Double(seconds)) {
                losses.drops.append(loss)
                dropped &+= packets
            } else if let rule = line.text("rule") {
                losses.rules.append(RecordedLosses.Rule(place: rule, packets: packets))
            }
            losses.seconds = UInt32(clamping: seconds)
        default: break
        }
    }

    // MARK: A service

    /// Means, in place of the kernel's estimates.
    func rates(_ traffic: RecordLine) -> Statistics {
        var rates = Statistics()
        rates.connectionRate = mean(traffic, "connections")
        (rates.packetRateIn, rates.packetRateOut) = (mean(traffic, "packets_in"), mean(traffic, "packets_out"))
        (rates.byteRateIn, rates.byteRateOut) = (mean(traffic, "bytes_in"), mean(traffic, "bytes_out"))
        return rates
    }

    func packetRate(_ traffic: RecordLine) -> Double? {
        traffic.number("packets_in").map { Double($0) / Double(seconds) }
    }

    private func mean(_ traffic: RecordLine, _ name: String) -> UInt64 {
        (UInt64(clamping: traffic.number(name) ?? 0) &+ UInt64(seconds) / 2) / UInt64(seconds)
    }

    // MARK: The table

    /// Nil if nothing is told of it.
    func table(_ time: Moment, _ origin: Origin?) -> TableStatistics? {
        guard let total, var origin else { return nil }
        origin.takenAt = time
        func number(_ name: String) -> UInt32? { total.number(name).map { UInt32(clamping: $0) } }
        let size = TableSize(entries: number("entries"), limit: number("limit"))
        return TableStatistics(origin, sysctls: Sysctls(), size: size, cpus: [])
    }

    /// By how much its counters grew.
    var growth: StatisticsChange { StatisticsChange(increases: counters, over: .seconds(seconds)) }

    private var counters: [StatisticsCounter: UInt64] {
        (total?.value["counters"]?.members ?? []).reduce(into: [:]) { counters, member in
            guard let counter = StatisticsCounter(named: member.name), let growth = member.value.number else { return }
            counters[counter] = UInt64(clamping: growth)
        }
    }

    func sample(observes: Bool) -> DirectorHistory.Sample {
        var sample = DirectorHistory.Sample()
        if observes { sample[.dropped] = Double(dropped) / Double(seconds) }
        guard let total else { return sample }
        if let entries = total.number("entries"), let limit = total.number("limit"), limit > 0 {
            sample[.fill] = Double(entries) / Double(limit)
        }
        let flows = total.value["flows"]
        let verdicts = FlowVerdict.allCases.filter { $0 != .orphan }.compactMap { flows?[$0.rawValue]?.number }
        if !verdicts.isEmpty { sample[.connections] = verdicts.reduce(0) { $0 + Double($1) } }
        let refused = [StatisticsCounter.drop, .earlyDrop, .insertFailed].reduce(0) { $0 + (counters[$1] ?? 0) }
        sample[.refused] = Double(refused) / Double(seconds)
        return sample
    }
}

/// Packets that were lost within about a minute, as a record tells.
package struct RecordedLosses: Sendable {
    /// Without how many bytes they had, and the last point that they passed.
    package var drops: [ObservedDrop] = []
    /// What rules have counted, of any destination.
    package var rules: [Rule] = []
    package var seconds: UInt32 = 60

    package struct Rule: Equatable, Sendable {
        package var place: String
        package var packets: UInt64
    }

    package init() {}
}

extension ObservedDrop {
    /// Nil if the line is of a rule, or of something that is not known here.
    fileprivate init?(_ line: RecordLine, _ packets: UInt64, perSecond rate: Double) {
        let address = line.text("address").flatMap { IPAddress($0) }
        let port = line.number("port").flatMap { UInt16(exactly: $0) }
        guard let owner = line.service.map(Owner.service) ?? address.map({ .address($0, port: port) }),
            let place = line.text("where").flatMap(PacketLoss.Place.init),
            let packetClass = line.text("class").flatMap(PacketClass.init),
            let ctstate = line.text("ctstate").flatMap(CTState.init(named:))
        else { return nil }
        self.init(
            identity: Identity(owner: owner, point: nil, packetClass: packetClass, ctstate: ctstate, place: place),
            volume: Volume(packets: packets), rate: rate, rules: place.hasRules ? .notRecorded : .impossible)
    }
}

extension CTState {
    /// The inverse of `name`.
    fileprivate init?(named name: String) {
        if let state = (Self.named + [.unseen]).first(where: { $0.name == name }) {
            self = state
        } else if let number = RawValue(name) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}
