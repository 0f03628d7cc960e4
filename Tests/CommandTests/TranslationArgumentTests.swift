import Addresses
import ArgumentParser
import Conntrack
import Testing

@testable import CTInspectCommand

@Suite("Addresses after --src-nat, --dst-nat and --any-nat")
struct TranslationArgumentTests {
    @Test(
        "They become values of options of their own, and nothing else does",
        arguments: [
            ("dump --dst-nat 3.3.3.3:80 dying", "dump --dst-nat --dst-nat-to=3.3.3.3:80 dying"),
            ("dump dying -g", "dump dying -g"), ("dump -g dying", "dump -g dying"),
            ("dump -n !10.0.0.0/8 -p tcp", "dump -n --src-nat-to=!10.0.0.0/8 -p tcp"),
            ("events --any-nat=::1 --json", "events --any-nat --any-nat-to=::1 --json"),
            ("dump -j [::1]:80", "dump -j --any-nat-to=[::1]:80"), ("dump -j fe80::1", "dump -j --any-nat-to=fe80::1"),
            ("dump --dst-nat --src-nat 3.3.3.3", "dump --dst-nat --src-nat --src-nat-to=3.3.3.3"),
            ("dump --dst-nat= -n", "dump --dst-nat= -n"),
            ("dump -- --dst-nat 3.3.3.3", "dump -- --dst-nat 3.3.3.3"), ("services -n 3.3.3.3", "services -n 3.3.3.3"),
            ("dump --top src 20 -n", "dump --top src 20 -n"), ("dump", "dump"), ("", ""),
        ])
    func words(_ given: String, _ expected: String) {
        func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        #expect(TranslationArguments.separated(words(given)) == words(expected))
    }

    private static func filter(_ words: [String]) throws -> EntryFilter {
        try #require(try CTInspect.parseAsRoot(TranslationArguments.separated(["dump"] + words)) as? DumpCommand)
            .filters.filter
    }

    private static func entry(_ status: Status, from source: String, to destination: String) throws -> Entry {
        var entry = Entry()
        entry.family = 2
        entry.status = status
        (entry.original.source, entry.original.destination) = (.init("10.0.0.1"), .init("10.0.0.100"))
        entry.original.discriminator = .ports(source: 1000, destination: 80)
        (entry.reply.source, entry.reply.destination) = (.init(source), .init(destination))
        entry.reply.discriminator = .ports(source: 80, destination: 2000)
        return entry
    }

    @Test("An entry matches by what it was translated to, and by the kind of translation")
    func entries() throws {
        let masqueraded = try Self.entry(.sourceNAT, from: "10.0.0.100", to: "10.0.0.33")
        let forwarded = try Self.entry(.destinationNAT, from: "10.0.0.3", to: "10.0.0.1")
        let plain = try Self.entry([], from: "10.0.0.100", to: "10.0.0.1")
        for (words, matches) in [
            ("-n 10.0.0.33", [true, false, false]), ("-n 10.0.0.33:2000", [true, false, false]),
            ("-n 10.0.0.33:1000", [false, false, false]), ("-n 10.0.0.0/24", [true, false, false]),
            ("-g 10.0.0.3,10.0.0.4", [false, true, false]), ("-g 10.0.0.3:80", [false, true, false]),
            ("-g 10.0.0.100", [false, false, false]), ("-g !10.0.0.3", [false, false, false]),
            ("-g !10.0.0.4", [false, true, false]), ("-j 10.0.0.33", [true, false, false]),
            ("-j 10.0.0.3", [false, true, false]), ("-j 10.0.0.0/8", [true, true, false]),
            ("-j !10.0.0.3", [true, false, false]), ("-j 10.0.0.1", [false, false, false]),
            ("-j", [true, true, false]), ("-n 10.0.0.33 -g 10.0.0.100", [false, false, false]),
        ] {
            let filter = try Self.filter(words.split(separator: " ").map(String.init))
            #expect([masqueraded, forwarded, plain].map { filter.matches($0) } == matches, "\(words)")
        }
    }

    @Test(
        "What is no address, or of the other family, is an error",
        arguments: [
            (["-g", "10.0.0.300"], "--dst-nat: “10.0.0.300” is invalid; expected ADDRESS, ADDRESS/LENGTH"),
            (["--src-nat", "10.0.0.3:x"], "--src-nat: “10.0.0.3:x” is invalid"),
            (["-s", "::1", "--dst-nat", "3.3.3.3"], "--dst-nat: its address is of the other family"),
            (["-s", "10.0.0.1", "-j", "::1"], "--any-nat: its address is of the other family"),
        ])
    func errors(_ words: [String], _ says: String) throws {
        let outcome = try Program.run(["dump"] + words)
        #expect(outcome.status == 64 && outcome.complaint.contains(says), "\(outcome.complaint)")
    }
}
