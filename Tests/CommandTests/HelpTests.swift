import ArgumentParser
import Conntrack
import Foundation
import Testing

@testable import CTInspectCommand

@Suite("Help texts and typing mistakes")
struct HelpTests {
    private static let commands = CTInspect.configuration.subcommands.compactMap { $0.configuration.commandName }

    /// The lines between EXAMPLES and the next empty one, without comments and anything after a pipe.
    private func examples(in help: String) -> [[String]] {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "EXAMPLES") else { return [] }
        return lines[(start + 1)...].prefix { !$0.isEmpty }.compactMap { line in
            guard let name = line.range(of: "ct-inspect ")?.upperBound else { return nil }
            let comment = line[name...].range(of: "  ")?.lowerBound ?? line.endIndex
            let words = line[name..<comment].split(separator: " ").map { $0.trimmingCharacters(in: ["'"]) }
            return Array(words.prefix { $0 != "|" && $0 != ">" })
        }
    }

    @Test("Help is one summary line, then examples that the parser accepts", arguments: [[]] + commands.map { [$0] })
    func examples(_ command: [String]) throws {
        let help = try Program.run(command + ["--help"])
        #expect(help.status == 0)
        let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.hasPrefix("OVERVIEW: ") == true)
        #expect(lines.dropFirst().first == "")
        #expect(lines.dropFirst(2).first == "EXAMPLES")
        #expect(lines.filter { $0.count > 79 } == [])
        #expect(help.output.contains("More: man ct-inspect"))
        let examples = examples(in: help.output)
        #expect(examples.count >= 2)
        for words in examples where words != ["--version", "--verbose"] {
            #expect(throws: Never.self, "\(words)") { try CTInspect.parseAsRoot(words) }
        }
    }

    @Test(
        "A mistyped or misplaced command gets the right one suggested",
        arguments: [
            (["wacht"], "Did you mean 'watch'?"), (["sevices", "--json"], "Did you mean 'services'?"),
            (["hlep"], "Did you mean 'help'?"),
            (["--json", "services"], "The command comes first: ct-inspect services"),
            (["xyzzy"], "The commands are flows, watch, check"), (["--sumary"], "Did you mean '--summary'?"),
            (["watch", "--fitler", "x"], "Did you mean '--filter'?"),
            (["flows", "xyzzy"], "Unexpected argument 'xyzzy'"),
        ])
    func mistyped(_ words: [String], _ answer: String) throws {
        let outcome = try Program.run(words)
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(answer))
        #expect(outcome.complaint.contains("--help"))
        #expect(outcome.output.isEmpty)
    }

    @Test("A command with a single typo is recognised", arguments: commands)
    func slips(_ command: String) {
        let letters = Array(command)
        for place in letters.indices {
            var word = letters
            word.remove(at: place)
            #expect(Nearest.to(String(word), of: Self.commands) == command)
            word = letters
            word[place] = "_"
            #expect(Nearest.to(String(word), of: Self.commands) == command)
            word = letters
            if place > 0 { word.swapAt(place - 1, place) }
            #expect(Nearest.to(String(word).uppercased(), of: Self.commands) == command)
        }
        #expect(Nearest.to("", of: Self.commands) == nil)
    }

    @Test("--version --verbose lists libraries and what works here, with or without privileges, in either order")
    func version() throws {
        for words in [["--version", "--verbose"], ["--verbose", "--version"]] {
            let outcome = try Program.run(words)
            #expect(outcome.status == 0)
            #expect(outcome.complaint.isEmpty)
            let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.first == "ct-inspect \(CTInspect.version)")
            for library in ["libmnl.so.", "libnetfilter_conntrack.so.", "libncursesw.so."] {
                #expect(lines[1].contains(library))
            }
            #expect(!lines[1].contains("nftables"))
            let features = lines[4...].filter { !$0.isEmpty }
            #expect(features.count == 11)
            for line in features { #expect(line.contains(/^[A-Za-z, ]+  (yes|partly|no|\?) +\S/), "\(line)") }
        }
        let bare = try Program.shell(
            #""$0" "$@""#,
            ["setpriv", "--bounding-set=-all", "--inh-caps=-all", Program.path, "--version", "--verbose"])
        #expect(bare.status == 0)
        #expect(bare.output.contains(/conntrack table +\? +.*CAP_NET_ADMIN/))
    }

    @Test(
        "Filters that an older kernel cannot apply are reported",
        arguments: [
            (
                KernelVersion(5, 4),
                "addresses and ports since 5.8, status since 5.15, reply direction since 5.18, zones since 6.8"
            ),
            (KernelVersion(6, 1), "zones since 6.8"), (KernelVersion(6, 8), nil), (nil, nil),
        ])
    func filters(_ version: KernelVersion?, _ lacking: String?) {
        let feature = Feature.filters(version)
        #expect(feature.answer == (version == KernelVersion(6, 8) ? .works : .partly))
        if let lacking { #expect(feature.finding.hasSuffix(lacking)) }
    }
}
