import Addresses
import Conntrack
import Firewall
import Glibc
import Inspection
import Netlink
import TableSupport
import TestSupport

/// A host in a network namespace to which packets are sent; its observation table and conntrack table show the result.
///
/// Belongs to the thread whose namespace it is in.
final class Arena {
    private let wire: FrameWire
    private let maker: EntryMaker
    private let kernel = LiveKernel()
    private let layout: Layout

    /// In the calling thread's namespace, which must be fresh.
    init(_ layout: Layout, _ conditions: TrackingConditions) throws {
        self.layout = layout
        // The host must not send anything, as its answers would change the entries; and conntrack must stay active
        // between two observation tables, as reactivating it makes it forget windows.
        try Tool.run("nft add table inet arena")
        try Tool.run("nft add chain inet arena mute { type filter hook output priority -300 ; policy drop ; }")
        try Tool.run("nft add chain inet arena track { type filter hook prerouting priority 300 ; }")
        try Tool.run("nft add rule inet arena track ct state invalid accept")
        wire = try FrameWire()
        maker = try EntryMaker()
        // All addresses of both ends belong to the host.
        for prefix in ["10.8.0.0/16", "10.9.0.0/16"] { try Tool.run("ip route add local \(prefix) dev lo") }
        for prefix in ["fd00:8::/64", "fd00:9::/64"] { try Tool.run("ip -6 route add local \(prefix) dev lo") }
        try set(["net.ipv4.conf.\(FrameWire.interface).accept_local": 1])
        try set(["net.netfilter.nf_conntrack_tcp_be_liberal": conditions.isLiberal ? 1 : 0])
        try set(["net.netfilter.nf_conntrack_checksum": conditions.verifiesChecksums ? 1 : 0])
        try set(["net.netfilter.nf_conntrack_tcp_loose": conditions.tcpLoose ? 1 : 0])
        try set(Dictionary(uniqueKeysWithValues: try timeouts().map { ($0, 1000) }))
    }

    /// Queries the kernel. Each case has its own addresses or ports, so they do not interfere.
    ///
    /// A counter's memory is refilled by a kernel thread (`pcpu_balance_workfn`, mm/percpu.c). On a busy machine it may come late: then the
    /// packet is not counted (`nft_dynset_new`, net/netfilter/nft_dynset.c), and all is asked again.
    ///
    /// - Returns: for each case the answers, one per packet.
    func answers(to cases: ArraySlice<Case>) throws -> [[Answer]] {
        for _ in 0..<4 {
            do { return try answersOnce(to: cases) } catch let missing as UncountedPackets {
                print("\(missing): asking again")
                sleep(2)
            }
        }
        return try answersOnce(to: cases)
    }

    private func answersOnce(to cases: ArraySlice<Case>) throws -> [[Answer]] {
        try maker.removeAll()
        let spots = cases.indices.map { layout.spot($0 - cases.startIndex) }
        for (asked, spot) in zip(cases, spots) {
            if let entry = asked.entry { try maker.add(entry.made(at: spot)) }
        }
        try maker.flush()
        var answers = cases.map { _ in [Answer]() }
        for number in 0..<(cases.map(\.steps.count).max() ?? 0) {
            let packets = zip(cases, spots).map { asked, spot in
                asked.steps.indices.contains(number) ? asked.steps[number].bytes(at: spot) : nil
            }
            let counts = try observed(packets)
            let entries = try table()
            for index in answers.indices where packets[index] != nil {
                let count = counts[index]
                answers[index].append(
                    Answer(ctstate: count?.ctstate, packetClass: count?.packetClass, entries: entries[index] ?? []))
            }
        }
        return answers
    }

    /// Sends packets, at most one per spot, and returns how each was counted.
    private func observed(_ packets: [[UInt8]?]) throws -> [Int: PacketCount] {
        var targets = ObservationTargets()
        targets.entering = layout.targets(count: packets.count)
        let observation = try ObservationTable(of: targets, name: ObservationTable.freshName(program: 1), in: kernel)
        for packet in packets { if let packet { try wire.send(packet) } }
        try wire.settle()
        let sent = packets.count { $0 != nil }
        var counts: [PacketCount] = []
        // The last ones may still be in flight, for long on a busy machine: the kernel's thread that delivers them waits its turn.
        let deadline = ContinuousClock.now + .seconds(10)
        var (counted, missed) = (0, 0)
        repeat {
            let all = try observation.read(from: kernel)
            guard all.full.isEmpty else { throw ArenaFailure("sets are full: \(all.full)") }
            counts = all.counts.filter { $0.point == .preRouting }
            counted = counts.reduce(0) { $0 + Int($1.packets) }
            missed = Int(all.missed[.preRouting] ?? 0)
        } while counted + missed < sent && ContinuousClock.now < deadline
        guard counted == sent else { throw UncountedPackets(sent: sent, counted: counted, missed: missed) }
        var byIndex: [Int: PacketCount] = [:]
        for count in counts {
            guard let index = layout.index(count.address, count.port), count.packets == 1, byIndex[index] == nil else {
                throw ArenaFailure("more than the one packet sent: \(count)")
            }
            byIndex[index] = count
        }
        return byIndex
    }

    private func table() throws -> [Int: Set<EntryView>] {
        var pictures: [Int: Set<EntryView>] = [:]
        for _ in 0..<10 {
            pictures = [:]
            let answer = try Table(kernel).dump { entry in
                guard let source = entry.original.source else { return }
                var port: UInt16?
                if case .ports(_, let destination) = entry.original.discriminator { port = destination }
                guard let index = self.layout.index(source, port) else { return }
                let isTurned = source != self.layout.spot(index).client.address
                pictures[index, default: []].insert(EntryView(entry, isTurned: isTurned))
            }
            if !answer.interrupted { break }
        }
        return pictures
    }

    private func set(_ values: [String: Int]) throws {
        for (name, value) in values { try Tool.run("sysctl -w \(name)=\(value)") }
    }

    /// No entry may expire on its own.
    private func timeouts() throws -> [String] {
        let folder = "net.netfilter"
        return try kernel.list(KernelFile(sysctl: folder)).filter { $0.contains("_timeout") }.map { "\(folder).\($0)" }
    }
}

extension Step {
    func bytes(at spot: Spot) -> [UInt8] {
        let ends = spot.ends(direction)
        return bytes(ends.from, ends.to)
    }
}

/// Packets arrived that the kernel has not counted.
struct UncountedPackets: Error, CustomStringConvertible {
    let sent: Int
    let counted: Int
    let missed: Int

    var description: String {
        "of \(sent) packets that arrived the kernel counted \(counted), and could not count \(missed)"
    }
}

/// The kernel could not be queried, or its answers could not be read reliably.
struct ArenaFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
