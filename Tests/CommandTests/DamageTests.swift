import Collection
import Foundation
import IPVS
import Inspection
import Netlink
import Reports
import TestSupport
import Testing

@testable import CTInspectCommand

/// Captures may come from untrusted sources. Two thousand damaged ones give an error or a snapshot, never a crash or a hang; the fuzz
/// targets `manifest` and `checksums` try twenty thousand more in `make test`, and `pcap` as many as it can in ten seconds.
@Suite(.timeLimit(.minutes(30)))
struct DamageTests {
    private static let copies = 2_000

    @Test("The checksums detect any change to any file", arguments: Fixture.all)
    func noticed(_ fixture: Fixture) throws {
        try damaging(fixture, Self.copies / Fixture.all.count + 1, seed: 1) { path, damage in
            do throws(KernelError) {
                _ = try CapturedKernel(path)
                Issue.record("\(damage) was not noticed")
            } catch {
                #expect(error.cause == .damaged, "\(damage): \(error)")
            }
        }
    }

    @Test("With verification off, a damaged capture is still decoded without a hang or crash", arguments: Fixture.all)
    func decoded(_ fixture: Fixture) throws {
        var errors = 0
        var pictures = 0
        try damaging(fixture, Self.copies / Fixture.all.count + 1, seed: 2) { path, _ in
            do throws(KernelError) {
                let collector = try FlowCollector(try CapturedKernel(path, verifying: false), keepsEntries: true)
                let snapshot = try collector.snapshot()
                _ = try collector.director.configuration()
                pictures += written { snapshot.writeFlows(.plain, width: 80, to: $0) }.isEmpty ? 0 : 1
                snapshot.writeJSON(summaryOnly: false) { _ in }
            } catch {
                errors += error.description.isEmpty ? 0 : 1
            }
        }
        // Both outcomes must occur; otherwise this test proves nothing.
        #expect(errors > 100)
        #expect(pictures > 100)
    }

    @Test("The program reports damage with status 74")
    func program() throws {
        let fixture = Fixture.all[0]
        try damaging(fixture, 25, seed: 3) { path, damage in
            let outcome = try Program.run(["flows", "--capture", path])
            #expect(outcome.status == 74, "\(damage)")
            #expect(outcome.complaint.hasPrefix("ct-inspect: cannot"), "\(damage)")
            #expect(outcome.output.isEmpty)
        }
    }

    /// Creates a copy of the capture, and `count` times a different damaged file in it; passes on its path and what was
    /// changed.
    private func damaging(_ fixture: Fixture, _ count: Int, seed: UInt64, _ check: (String, String) throws -> Void)
        throws
    {
        let folder = try TemporaryFolder()
        let copy = folder.url.appendingPathComponent("capture")
        try FileManager.default.copyItem(atPath: fixture.capture, toPath: copy.path)
        // Half of the damage goes into the netlink answers, the rest anywhere.
        let files = try fixture.files()
        let netlink = try #require(files.first { $0.path == "netlink.pcap" })
        var random = SeededGenerator(seed: seed)
        for number in 0..<count {
            let (path, bytes) = random.next() % 2 == 0 ? netlink : files[Int(random.next() % UInt64(files.count))]
            let damaged = random.damage(bytes)
            if damaged == bytes { continue }
            let file = copy.appendingPathComponent(path)
            try Data(damaged).write(to: file)
            try check(copy.path, "seed \(seed), copy \(number), damage in \(path)")
            try Data(bytes).write(to: file)
        }
    }
}
