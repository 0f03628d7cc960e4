import Conntrack
import Foundation
import Netlink
import Reports
import TableSupport
import TestSupport
import Testing

/// Our lines for a live table against those of conntrack(8).
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct ConntrackCommandDifferentialTests {
    @Test func everyEntryIsWrittenAlike() throws {
        let cases: [(arguments: String, options: ConntrackFormat.Options, family: UInt8?)] = [
            ("", [], nil), ("-o extended", .extended, nil), ("-o extended,id", [.extended, .id], nil),
            ("-f ipv4 -o id,ktimestamp", [.id, .kernelTimes], 2),
            ("-f ipv6 -o extended,ktimestamp", [.extended, .kernelTimes], 10),
        ]
        try inFreshNamespace {
            try SampleTable.populate()
            try SampleTable.expect()
            for (arguments, options, family) in cases {
                try compare("conntrack -L \(arguments)") {
                    try entryLines(ConntrackFormat(options, now: Int64(time(nil))), family)
                }
            }
        }
    }

    /// conntrack(8) only reads names from /etc/xtables, so it gets a private /etc.
    @Test func labelsAreWrittenAlike() throws {
        let labels = try LabelFile()
        try inTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/etc/xtables", withIntermediateDirectories: true)
            try Data(LabelFile.text.utf8).write(to: URL(fileURLWithPath: folder + "/etc/xtables/connlabel.conf"))
            let script = "mount --bind \(folder)/etc /etc && exec conntrack \"$@\"\n"
            try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/conntrack-with-labels"))
            try inFreshNamespace {
                try SampleTable.populate()
                let lines = try compare("unshare -m sh \(folder)/conntrack-with-labels -L -o extended,id,labels") {
                    try entryLines(ConntrackFormat([.extended, .id], labels: labels.names, now: Int64(time(nil))))
                }
                #expect(lines.contains { $0.hasSuffix(" labels=thirty-three\n") })
            }
        }
    }

    @Test func everyExpectationIsWrittenAlike() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            try SampleTable.expect()
            let lines = try compare("conntrack -L expect") {
                var lines: Lines = [:]
                _ = try Expectations(LiveKernel()).dump { expectation in
                    guard let id = expectation.id else { return }
                    lines[id] = text { $0.appendConntrackLine(expectation) }
                }
                return lines
            }
            #expect(lines.count == 10)
        }
    }

    /// Lines by the kernel's id of their object.
    private typealias Lines = [UInt32: String]

    private func entryLines(_ format: ConntrackFormat, _ family: UInt8? = nil) throws -> Lines {
        var lines: Lines = [:]
        _ = try Table(LiveKernel()).dump { entry in
            guard let id = entry.id, family == nil || entry.family == family else { return }
            lines[id] = text { $0.appendConntrackLine(entry, format) }
        }
        return lines
    }

    /// Timeouts and ages change during a dump, each at a different fraction of a second. So ours are taken repeatedly
    /// between two dumps of conntrack's, until each line has equalled one of them completely.
    ///
    /// - Returns: our lines.
    @discardableResult
    private func compare(_ command: String, _ ours: () throws -> Lines) throws -> [String] {
        var before = try Self.lines(Tool.run(command))
        var lines = try ours()
        var unlike = lines
        for _ in 0..<20 where !unlike.isEmpty {
            let after = try Self.lines(Tool.run(command))
            #expect(lines.count == before.count && lines.count == after.count && !lines.isEmpty)
            #expect(Set(lines.values).count == lines.count)
            unlike = unlike.filter { id, _ in lines[id].map { !before.contains($0) && !after.contains($0) } ?? true }
            if unlike.isEmpty { break }
            before = after
            lines = try ours()
        }
        #expect(unlike == [:], "\(command)")
        return Array(lines.values)
    }

    private static func lines(_ output: String) -> Set<String> {
        Set(output.split(separator: "\n").map { $0 + "\n" })
    }
}
