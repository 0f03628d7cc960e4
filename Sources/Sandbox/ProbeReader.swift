import Addresses
import Conntrack
import Firewall
import Inspection
import Netlink
import Packets

/// Reads the traces of one probe.
struct ProbeReader {
    private(set) var outcome = ProbeOutcome()
    /// Whether nothing more is to come.
    private(set) var isOver = false
    /// Trace messages were lost.
    var hasLost = false {
        didSet { if hasLost, !isOver { outcome.end = .unknown("traces were lost") } }
    }
    private var hasArrived = false

    /// A packet of an experimental protocol (RFC 3692), which ends at the first hook that has nothing for it.
    static let barrier = PacketBytes.ip(
        IPProtocol(rawValue: barrierProtocol), [0, 0, 0, 0], from: IPAddress(ipv4: 0xC000_02FE),
        to: IPAddress(ipv4: 0xC000_02FD))
    private static let barrierProtocol: UInt8 = 253

    mutating func take(_ datagram: RawSpan) {
        var cursor = MessageCursor()
        while let message = try? cursor.next(in: datagram) {
            if let event = try? TraceEvent(message, in: datagram) { take(event) }
        }
    }

    private mutating func take(_ event: TraceEvent) {
        guard !isOver else { return }
        switch WatchTable.sign(of: event) {
        case .arrived:
            if Self.isBarrier(event) {
                isOver = hasArrived
            } else {
                hasArrived = true
            }
        case .state(let state): outcome.ctstate = state
        case .taken(let hook): end(.passed(hook))
        case .nothing: break
        case nil where hasArrived:
            outcome.steps.append(event)
            if let rule = event.drop { end(.dropped(rule)) }
        case nil: break
        }
    }

    private mutating func end(_ end: ProbeOutcome.End) {
        outcome.end = end
        isOver = true
    }

    private static func isBarrier(_ event: TraceEvent) -> Bool {
        event.networkHeader.first.map { $0 >> 4 } == 4 && event.networkHeader.dropFirst(9).first == barrierProtocol
    }
}
