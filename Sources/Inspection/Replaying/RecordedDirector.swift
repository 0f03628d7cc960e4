import Addresses
import Conntrack
import Firewall
import IPVS

/// A director as a record tells of it, line by line: what `director` has is how it was at the time of the last one, after `settle`.
///
/// Its seconds are those since 1970. What a record does not have stays empty: entries without a connection to a service, rates of single real
/// servers, packets that passed.
package struct RecordedDirector: Sendable {
    package private(set) var director = DirectorState()
    /// Whose record it is; nil before the first line.
    package private(set) var origin: Origin?
    /// Lines of other hosts, or of other network namespaces of this one, which are left out.
    package private(set) var strangers = 0

    private var services = RecordedServices()
    private var findings: [Finding] = []
    /// When each was told.
    private var losses: [(loss: Loss, second: UInt32)] = []
    private var minute = RecordedMinute()
    private var observes = false
    /// When recording ended; nil while it goes on.
    private var ended: Moment?
    private var hasBeginning = false
    private var hasOtherServices = false

    /// A loss is told when it begins. That it has ended is told nowhere.
    private static let lossesShownFor: UInt32 = 60
    /// Each minute something is told.
    private static let longestSilence: UInt64 = 150

    /// Before the first line.
    package init() {}

    /// When the last line was written; no earlier than any before it.
    package var time: Moment { director.now }

    /// The same in seconds since 1970.
    package var second: UInt32 { director.second }

    /// How many there are.
    package var flows: Int { director.store.slots.held }

    /// - Returns: false if it is a stranger's.
    @discardableResult
    package mutating func take(_ line: RecordLine) -> Bool {
        guard isMine(line) else {
            strangers += 1
            return false
        }
        if !minute.isPart(line) { endMinute() }
        if line.time.nanoseconds > time.nanoseconds { tick(line.time) }
        switch line.kind {
        case .start: begin(line)
        case .end: ended = line.time
        case .flow: line.flowChange.map { director.store.take($0, at: director.second) }
        case .service, .server: if services.take(line) { hasOtherServices = true }
        case .setting: line.text("name").map { director.sysctls.values[$0] = line.text("after") }
        case .finding: takeFinding(line)
        case .minute, .traffic, .drops: takeMinute(line)
        case .loss: takeLoss(line)
        case .ipvs, .ruleset: break
        }
        return true
    }

    private mutating func isMine(_ line: RecordLine) -> Bool {
        guard let origin else {
            origin = Origin(
                takenAt: line.time, host: line.host, kernelRelease: line.text("kernel") ?? "",
                networkNamespace: line.networkNamespace)
            return true
        }
        return origin.host == line.host && origin.networkNamespace == line.networkNamespace
    }

    private mutating func tick(_ time: Moment) {
        director.tick(time, elapsed: .seconds(Int64(clamping: time.seconds)))
    }

    /// Where a recorder begins, it tells again what is there.
    private mutating func begin(_ line: RecordLine) {
        if let kernel = line.text("kernel") { origin?.kernelRelease = kernel }
        observes = line.value["observes"]?.bool ?? false
        ended = nil
        guard line.value["goes_on"]?.bool != true else { return }
        var fresh = DirectorState()
        (fresh.history, fresh.traffic) = (director.history, director.traffic)
        fresh.tick(director.now, elapsed: director.elapsed)
        director = fresh
        director.observation.show(recorded: observes ? RecordedLosses() : nil)
        (services, findings, losses) = (RecordedServices(), [], [])
        (hasBeginning, hasOtherServices) = (true, true)
    }

    private mutating func takeFinding(_ line: RecordLine) {
        guard let value = line.value["finding"], let finding = Finding(recorded: value, at: line.time) else { return }
        findings.removeAll { $0.isSame(as: finding) }
        if line.text("change") == "raised" { findings.append(finding) }
    }

    private mutating func takeLoss(_ line: RecordLine) {
        let loss = Loss(line.text("what") ?? "?", line.text("why") ?? "?")
        losses.removeAll { $0.loss == loss || director.second &- $0.second > Self.lossesShownFor }
        losses.append((loss, director.second))
    }

    private mutating func takeMinute(_ line: RecordLine) {
        minute.take(line)
        if line.kind == .traffic, let service = line.service {
            services.take(minute.rates(line), of: service)
            hasOtherServices = true
            director.traffic.append(minute.packetRate(line), of: service)
        }
    }

    /// What has been told of it comes together.
    private mutating func endMinute() {
        guard minute.isOpen else { return }
        if let table = minute.table(director.now, origin) { director.health.show(table, minute.growth) }
        director.observation.show(recorded: observes ? minute.losses : nil)
        director.history.take(
            minute.sample(observes: observes), at: Int(director.second), over: Int(minute.seconds))
        minute = RecordedMinute()
    }

    // MARK: How it was

    /// Makes `director` what it was at a time.
    ///
    /// - Parameters:
    ///   - time: not before that of the last line, and before that of the next.
    ///   - problems: what of the record could not be read.
    package mutating func settle(at time: Moment, problems: [Loss] = []) {
        endMinute()
        if hasOtherServices {
            director.services = services.all
            director.store.takeRecorded(services.all)
            hasOtherServices = false
        }
        let told = director.now
        if time.nanoseconds > told.nanoseconds { tick(time) }
        director.store.countRecorded(at: director.second)
        director.findings = findings.worstFirst
        director.reading.finished = director.second
        director.reading.time = director.now
        director.reading.losses = problems + gaps(since: told) + recentLosses
    }

    private var recentLosses: [Loss] {
        losses.filter { director.second &- $0.second <= Self.lossesShownFor }.map(\.loss)
    }

    private func gaps(since told: Moment) -> [Loss] {
        var gaps: [Loss] = []
        if !hasBeginning {
            gaps.append(Loss("the record", "its beginning is not there, and what has not changed since is not known"))
        }
        if let ended, director.now.seconds > ended.seconds {
            gaps.append(Loss("the record", "recording had ended at \(ended.rfc3339): it shows what was known then"))
        } else if ended == nil, director.now.seconds - told.seconds > Self.longestSilence {
            gaps.append(Loss("the record", "nothing was recorded after \(told.rfc3339)"))
        }
        if strangers > 0 {
            gaps.append(Loss("the record", "\(strangers) lines are of other hosts or network namespaces"))
        }
        return gaps
    }
}
