import Addresses
import Collection
import Conntrack
import Foundation
import Inspection
import Netlink
import Terminal
import TestSupport
import Testing

@testable import CTInspectCommand

/// A watch session on this kernel's conntrack, in a namespace of its own; IPVS is tested in the lab.
@Suite("Watch on a live kernel", .needsRoot)
struct WatchLiveTests {
    private func session(buffer: Int, _ tab: Tab, rows: Int = 60) throws -> WatchSession {
        let kernel = LiveKernel()
        let setting = Model.Setting(host: "lb1", networkNamespace: nil, kernelRelease: kernel.origin.kernelRelease)
        let size = Size(columns: 200, rows: rows)
        var model = Model(setting, size: size, hasIPVS: false)
        var start = Start()
        start.tab = tab
        #expect(model.begin(start) == nil)
        let events = try EventSocket(groups: [EventKind.new.entryGroup], buffer: buffer, for: "subscribe")
        let session = WatchSession(kernel, model, events: events, interval: .seconds(1))
        session.begin()
        session.keepToDemand()
        return session
    }

    private func inNoisyNamespace(_ body: @escaping () throws -> Void) throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            try body()
        }
    }

    @Test("A loss is reported, and the table then matches the kernel's again")
    func loss() throws {
        try inNoisyNamespace {
            let session = try session(buffer: 4096, .events)
            for _ in 0..<2 { session.read() }
            #expect(!session.feed.isReadingDue)
            let generator = try ConntrackGenerator()
            for number in 0..<3000 { try generator.add(.create, number) }
            try generator.flush()
            while !session.feed.follow() {}
            let screen = view(session.model).text
            #expect(screen.contains("[LOST]") && screen.contains("events lost: rereading"))
            try waitUntil("a reading is due") { session.feed.isReadingDue }
            session.read()
            #expect(view(session.model).text.contains("[RESYNC]"))
            session.handle(.input(.key(.character("5"))))
            #expect(session.feed.isReadingDue)
            session.read()
            #expect(view(session.model).text.contains("1/3000"))
            for number in 0..<2999 { try generator.add(.delete, number) }
            try generator.flush()
            session.read()
            #expect(view(session.model).text.contains("1/1"))
        }
    }

    @Test("Events that fit the buffer are all shown, including kinds not requested at the start")
    func events() throws {
        try inNoisyNamespace {
            let session = try session(buffer: 8 << 20, .events)
            let generator = try ConntrackGenerator()
            for number in 0..<10 { try generator.add(.create, number) }
            for number in 0..<10 { try generator.add(.change(mark: 7), number) }
            for number in 0..<10 { try generator.add(.delete, number) }
            try generator.flush()
            while !session.feed.follow() {}
            let lines = view(session.model).lines.map(\.text)
            for kind in ["[NEW]", "[UPDATE]", "[DESTROY]"] {
                #expect(lines.count { $0.contains(kind) } == 10)
            }
            #expect(!lines.contains { $0.contains("[LOST]") })
        }
    }

    @Test("The table matches dump, sorted and filtered by keys; without a table nothing is shown")
    func table() throws {
        try inNoisyNamespace {
            let session = try session(buffer: 8 << 20, .table)
            session.read()
            #expect(view(session.model).text.contains("no entries"))
            let generator = try ConntrackGenerator()
            for number in 0..<50 { try generator.add(.create, number) }
            try generator.flush()
            session.read()
            var dumped = Set<String>()
            _ = try Table(LiveKernel()).dump { dumped.insert("\($0.original.source.map { "\($0)" } ?? "")") }
            let shown = Set(
                view(session.model).lines.compactMap { line in
                    line.text.split(separator: " ").first == "udp"
                        ? line.text.split(separator: " ")[1].split(separator: ":").first.map(String.init) : nil
                })
            #expect(shown == dumped)
            session.handle(.input(.key(.character("/"))))
            for character in "src=10.0.0.7" { session.handle(.input(.key(.character(character)))) }
            session.handle(.input(.key(.enter)))
            #expect(session.feed.isReadingDue)
            session.read()
            #expect(view(session.model).text.contains("1/1") || view(session.model).text.contains("Nothing matches"))
        }
    }

    @Test("While frozen, nothing is read, and no events are lost")
    func frozen() throws {
        try inNoisyNamespace {
            let session = try session(buffer: 8 << 20, .events)
            session.read()
            session.handle(.input(.key(.character("f"))))
            #expect(!session.feed.isReadingDue && session.feed.untilReading > .seconds(60))
            let generator = try ConntrackGenerator()
            for number in 0..<10 { try generator.add(.create, number) }
            try generator.flush()
            while !session.feed.follow() {}
            #expect(view(session.model).text.contains("paused, +10"))
            session.handle(.input(.key(.character("f"))))
            #expect(view(session.model).lines.count { $0.text.contains("[NEW]") } == 10)
        }
    }
}
