import Addresses
import Conntrack
import Reports

@testable import Firewall
@testable import Netlink

extension FuzzTarget {
    /// Packets, as NFLOG and nf_tables' traces have them.
    static let packets = [
        FuzzTarget("packets", longest: 256, headers),
        FuzzTarget("nflog", nflog),
        FuzzTarget("traces", traces),
    ]

    private static let received = Moment(nanoseconds: 1_795_406_400_000_000_000)

    /// Behind a byte that says where the transport header begins, as a trace tells it.
    @Sendable private static func headers(_ bytes: [UInt8]) {
        guard let place = bytes.first.map({ 1 + Int($0) % bytes.count }) else { return }
        let span = bytes.span.bytes
        for headers in [
            PacketHeaders(span, in: 1..<bytes.count),
            PacketHeaders(span, network: 1..<place, transport: place..<bytes.count),
            PacketHeaders(span, network: 1..<place, transport: nil),
        ] {
            guard let headers else { continue }
            printed([Sample(headers, .new, at: .localIn, received)])
        }
    }

    private static func printed(_ samples: [Sample]) {
        Printed.text(samples.text(.plain, width: 120) { _ in 0 })
        for sample in samples { Printed.json { json in json.sample(sample) } }
    }

    @Sendable private static func nflog(_ bytes: [UInt8]) {
        var loss = SampleLoss()
        var cursor = MessageCursor()
        let span = bytes.span.bytes
        while let message = try? cursor.next(in: span) {
            guard let log = try? LogMessage(message, in: span, received: received) else { continue }
            if let sequence = log.sequence { loss.take(sequence) }
            if let sample = log.sample { printed([sample]) }
        }
        Printed.text([loss.description])
    }

    /// Events of our own table, which mark packets, and what follows them.
    @Sendable private static func traces(_ bytes: [UInt8]) {
        var follower = TraceFollower(table: "ct-inspect", state: { _ in .invalid }, most: 4)
        var tally = DropTally()
        var now = ContinuousClock.now
        var cursor = MessageCursor()
        let span = bytes.span.bytes
        while let message = try? cursor.next(in: span) {
            guard let event = try? TraceEvent(message, in: span) else { continue }
            now += .milliseconds(700)
            for packet in follower.take(event, at: now) + follower.expire(at: now) { tally.add(packet) }
        }
        for packet in follower.finish() { tally.add(packet) }
        for (rule, kinds) in tally.drops { Printed.text([rule.sentence(.unknown("not asked"), dropped: kinds)]) }
    }
}
