import Addresses
import Conntrack
import Firewall
import Inspection
import Netlink
import Packets

/// Reads the traces of one probe. Other packets' are ignored: what the kernel sends by itself, what came too late.
struct ProbeReader {
    private(set) var outcome = ProbeOutcome()
    /// Whether nothing more is to come.
    private(set) var isOver = false
    private let packet: [UInt8]
    /// Once it has arrived.
    private var id: UInt32?

    init(of packet: [UInt8]) { self.packet = packet }

    /// An experimental one (RFC 3692).
    static let barrierProtocol: UInt8 = 253

    /// Whatever was sent before it has been handled when its trace arrives.
    static let barrier = PacketBytes.ip(
        IPProtocol(rawValue: barrierProtocol), [0, 0, 0, 0], from: IPAddress(ipv4: 0xC000_02FE),
        to: IPAddress(ipv4: 0xC000_02FD))

    mutating func take(_ datagram: RawSpan) {
        var cursor = MessageCursor()
        while let message = try? cursor.next(in: datagram) {
            if let event = try? TraceEvent(message, in: datagram) { take(event) }
        }
    }

    /// Traces were lost, or did not come.
    mutating func giveUp(_ why: String) {
        if !isOver { end(.unknown(why)) }
    }

    private mutating func take(_ event: TraceEvent) {
        guard !isOver else { return }
        let sign = WatchTable.sign(of: event)
        if sign == .arrived {
            if event.isOf(packet) { id = event.id } else if id != nil, event.isOf(Self.barrier) { isOver = true }
            return
        }
        guard event.id == id else { return }
        switch sign {
        case .state(let state): outcome.ctstate = state
        case .taken(let hook):
            end(event.hasTarget(of: packet) ? .passed(hook) : .unknown("a rule changed its destination"))
        case .arrived, .nothing: break
        case nil:
            outcome.steps.append(event)
            if let rule = event.drop { end(.dropped(rule)) }
            if event.verdict == .queue || event.verdict == .stolen { end(.unknown("a program or a device takes it")) }
        }
    }

    private mutating func end(_ end: ProbeOutcome.End) {
        outcome.end = end
        isOver = true
    }
}

extension TraceEvent {
    /// Whether its headers, which are there at a hook's first rule, are those of a packet that nothing has changed yet.
    fileprivate func isOf(_ packet: [UInt8]) -> Bool {
        !networkHeader.isEmpty && packet.starts(with: networkHeader)
            && packet.dropFirst(networkHeader.count).starts(with: transportHeader)
    }

    /// Whether it still goes where it was sent: to the same address, and port if its protocol has any.
    fileprivate func hasTarget(of packet: [UInt8]) -> Bool {
        let isIPv4 = packet.first.map { $0 >> 4 } == 4
        let address = isIPv4 ? 16..<20 : 24..<40
        guard networkHeader.count >= address.upperBound, packet.count >= networkHeader.count else { return false }
        let hasPorts = [6, 17, 132].contains(packet[isIPv4 ? 9 : 6])
        let port = packet.dropFirst(networkHeader.count + 2).prefix(2)
        return networkHeader[address] == packet[address]
            && (!hasPorts || Array(transportHeader.dropFirst(2).prefix(2)) == Array(port))
    }
}
