import Addresses
import Conntrack
import Firewall
import Glibc
import IPVS
import Inspection
import Netlink
import Packets
import Reports
import TestSupport
import Testing

@testable import Collection

/// A director that is watched for its checks, with packets that arrive meanwhile.
@Suite("The watch", .needsRoot, .needsTool("nft"))
struct DirectorWatchTests {
    private static let client = Endpoint(IPAddress(ipv4: 0xC633_6409), 4242)

    /// What `act` does while it waits, at each turn.
    private static func waiter(stopsAfter turns: Int = .max, _ act: @escaping (Int) throws -> Void) -> Waiter {
        final class Turns { var done = 0 }
        let turn = Turns()
        return Waiter {
            turn.done >= turns
        } block: { _, _ in
            turn.done += 1
            usleep(20_000)
            try? act(turn.done)
            return .goOn
        }
    }

    /// Sends five FINs.
    private static func end(_ wire: FrameWire) -> (Int) throws -> Void {
        let fin = PacketBytes.tcp(TCPFlags([.fin, .ack]).rawValue, from: client, to: FilteredDirector.vip)
        return { turn in if turn <= 5 { try wire.send(fin) } }
    }

    /// Once they are the filter's alone, or in the end. A program that another test starts has our descriptors until it is executed.
    private static func tables() throws -> String {
        var tables = ""
        for _ in 0..<50 {
            tables = try Tool.run("nft list tables")
            if tables == filter { break }
            usleep(100_000)
        }
        return tables
    }

    private static let filter = "table inet filter\n"

    @Test("What was predicted is confirmed by packets that came, which is an error; no table of ours remains")
    func confirmed() throws {
        try inFreshNamespace {
            let wire = try FrameWire()
            try FilteredDirector.run(FilteredDirector.trap)
            let source = FilteredDirector()
            let checks = Check.all.filter { [.invalidDropped, .icmpDropped, .packetsDropped].contains($0.id) }
            var director = try CheckedDirector(reading: source, for: checks)
            try director.tryFilter(reading: source)
            let predicted = try #require(CheckReport(checks, of: director.facts).findings.first)
            #expect(predicted.id == .invalidDropped && predicted.severity == .warning)
            let watch = try DirectorWatch(source, Self.waiter(Self.end(wire)))
                .run(for: .seconds(1), countingPacketsOf: director.facts.services)
            let tables = try Self.tables()
            #expect(tables == Self.filter)
            #expect(!watch.isInterrupted)
            let facts = try director.readAgain(after: .seconds(1), watch, for: checks, from: source)
            let report = CheckReport(checks, of: facts)
            let found = try #require(report.findings.first)
            #expect(found.id == .invalidDropped && found.severity == .error)
            #expect(found["dropped"] == 5 && found["packets"] == 5 && report.watched?.packets == 5)
            #expect(
                found.reason.contains(
                    "5 of 5 packets to it were dropped like that, traced ones by inet filter input handle 3."),
                "\(found.reason)")
            #expect(report.fine.map(\.id).contains(.packetsDropped))
        }
    }

    @Test("Interrupted, it has what was counted, which is not all; no table of ours remains")
    func interrupted() throws {
        try inFreshNamespace {
            let wire = try FrameWire()
            try FilteredDirector.run(FilteredDirector.trap)
            let source = FilteredDirector()
            let director = try CheckedDirector(reading: source)
            let watch = try DirectorWatch(source, Self.waiter(stopsAfter: 8, Self.end(wire)))
                .run(for: .seconds(600), countingPacketsOf: director.facts.services)
            let tables = try Self.tables()
            #expect(watch.isInterrupted && tables == Self.filter)
            guard case .incomplete(let traffic, let why) = watch.traffic else {
                Issue.record("\(watch.traffic)")
                return
            }
            #expect(why.hasPrefix("it was interrupted after "))
            let drops = traffic.subjects.flatMap { $0.traffic.droppedEntering }
            #expect(drops.map(\.packetClass) == [.fin] && drops.map(\.volume.packets) == [5])
        }
    }

    @Test("Where nothing uses conntrack it is not started, and that is no failure")
    func inactive() throws {
        try inFreshNamespace {
            let source = FilteredDirector()
            let director = try CheckedDirector(reading: source)
            let watch = try DirectorWatch(source, Self.waiter { _ in })
                .run(for: .milliseconds(100), countingPacketsOf: director.facts.services)
            guard case .absent(let why) = watch.traffic else {
                Issue.record("\(watch.traffic)")
                return
            }
            #expect(why.contains("conntrack is not active") && !watch.isInterrupted)
            #expect(try ConntrackActivation(reading: LiveKernel()).ipv4 == .inactive)
        }
    }
}
