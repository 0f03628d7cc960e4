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
    /// Once it has begun.
    private var id: UInt32?
    /// Whether one of our own sockets sent it.
    private var isSent = false
    /// Whether IPVS takes it where the table says so, and what becomes of it then is read, too.
    private let isFollowed: Bool
    private var isTaken = false

    init(of packet: [UInt8], followingIPVS isFollowed: Bool) { (self.packet, self.isFollowed) = (packet, isFollowed) }

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
        if case .begun(let isSent) = sign {
            if event.isOf(packet) {
                (id, self.isSent) = (event.id, isSent)
            } else if id != nil, event.isOf(Self.barrier) {
                isOver = true
            }
            return
        }
        // In a tunnel of IPVS's it has another number, and nothing else moves meanwhile.
        guard event.id == id || isTaken else { return }
        if !isTaken { outcome.mark = event.mark }
        switch sign {
        case .state(let state): if isTaken { outcome.laterState = state } else { outcome.ctstate = state }
        case .taken(let hook): take(at: hook, event)
        case .left: leave(.postRouting)
        case .kept: leave(.localIn)
        case .begun, .nothing: break
        case nil: meet(event)
        }
    }

    /// Without IPVS nothing is of interest behind.
    private mutating func take(at hook: NetfilterHook, _ event: TraceEvent) {
        guard event.hasTarget(of: packet) else { return end(.unknown("a rule changed its destination")) }
        outcome.end = .passed(hook)
        (isTaken, isOver) = (true, !isFollowed)
    }

    private mutating func leave(_ hook: NetfilterHook) {
        outcome.exit = hook
        if isTaken { isOver = true } else if isSent { end(.passed(hook)) }
    }

    private mutating func meet(_ event: TraceEvent) {
        outcome.steps.append(event)
        if let rule = event.drop {
            outcome.drop(by: rule)
            isOver = true
        }
        if event.verdict == .queue || event.verdict == .stolen { end(.unknown("a program or a device takes it")) }
    }

    private mutating func end(_ end: ProbeOutcome.End) {
        outcome.end = end
        isOver = true
    }
}

extension TraceEvent {
    /// Whether its headers, which are there at a hook's first rule, are those of a packet that nothing has changed yet.
    fileprivate func isOf(_ packet: [UInt8]) -> Bool {
        !networkHeader.isEmpty && packet.count >= networkHeader.count
            && Self.significant(packet[..<networkHeader.count]) == Self.significant(networkHeader[...])
            && packet.dropFirst(networkHeader.count).starts(with: transportHeader)
    }

    /// All but what the kernel itself fills in of what a socket sends: an identification, and with it the checksum (`raw_send_hdrinc`,
    /// net/ipv4/raw.c).
    private static func significant(_ header: ArraySlice<UInt8>) -> [UInt8] {
        var header = Array(header)
        if header.count >= 20, header[0] >> 4 == 4 { for place in [4, 5, 10, 11] { header[place] = 0 } }
        return header
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
