import Addresses
import Foundation
import IPVS
import Netlink
import TestSupport
import Testing

struct ConnectionParserTests {
    /// The result of reading a file in pieces.
    static func parse(_ pieces: [[UInt8]]) throws(DecodeError) -> [Connection] {
        var found: [Connection] = []
        var parser = ConnectionParser()
        for piece in pieces { try parser.take(piece.span.bytes, into: &found) }
        try parser.end(.whole)
        return found
    }

    static func parse(_ text: String) throws(DecodeError) -> [Connection] { try parse([Array(text.utf8)]) }

    /// A row as ipvsadm(8) shows it: `TCP 14:59  ESTABLISHED 10.0.0.12:43199    10.0.0.100:80      10.0.0.4:80`.
    static func listed(_ row: Substring) throws -> Connection {
        let fields = row.split(separator: " ").map(String.init)
        let clock = try fields[1].split(separator: ":").map { try #require(UInt32($0)) }
        return Connection(
            try #require(IPProtocol(fields[0])), client: try #require(Endpoint(fields[3])),
            virtual: try #require(Endpoint(fields[4])), destination: try #require(Endpoint(fields[5])),
            state: ConnectionState(fields[2]), expires: clock[0] * 60 + clock[1])
    }

    @Test(arguments: DirectorSample.all) func readsWhatIpvsadmShows(sample: DirectorSample) throws {
        let expected = try sample.listing.split(separator: "\n").map(Self.listed)
        var found = try Self.parse(sample.file)
        // ipvsadm shows neither the name nor the data of a persistence engine.
        for index in found.indices { found[index].persistenceEngine = nil }
        #expect(found == expected)
        #expect(!expected.isEmpty)
    }

    /// As `ip_vs_conn_sync_seq_show` prints it.
    private static let origins = """
        Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires
        TCP 0A63DDC2 9BC4 0A631A8B 7F6F AC10A419 1F48 TIME_WAIT   LOCAL       10
        TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED SYNC       892

        """

    private static func parseOrigins(_ text: String) throws -> [Connection] {
        var found: [Connection] = []
        var parser = ConnectionParser(hasOrigins: true)
        let bytes = Array(text.utf8)
        try parser.take(bytes.span.bytes, into: &found)
        try parser.end(.whole)
        return found
    }

    @Test func origins() throws {
        let found = try Self.parseOrigins(Self.origins)
        #expect(found.map(\.isSynchronized) == [false, true] && found.map(\.expires) == [10, 892])
        #expect(found.map(\.state) == ["TIME_WAIT", "ESTABLISHED"])
        #expect(found.first?.destination == Endpoint("172.16.164.25:8008"))
    }

    @Test func otherOriginsAndTitlesAreErrors() throws {
        #expect(throws: DecodeError.self) { try Self.parseOrigins(Self.origins.replacing("SYNC", with: "OTHER")) }
        #expect(throws: DecodeError.self) { try Self.parseOrigins(DirectorSample.mixed.file) }
        #expect(throws: DecodeError.self) { try Self.parse(Self.origins) }
    }

    @Test func persistenceEnginesAndTemplates() throws {
        let found = try Self.parse(DirectorSample.persistenceEngine.file)
        #expect(found.map(\.persistenceEngine) == ["sip a84b4c76e66710@example.org", nil])
        #expect(found.map(\.isTemplate) == [true, false])
        #expect(found.map(\.templateFwmark) == [nil, nil])
    }

    @Test func templatesOfFwmarkServices() throws {
        let found = try Self.parse(DirectorSample.persistence.file)
        #expect(found.filter(\.isTemplate).count == 3)
        let template = try #require(found.first { $0.templateFwmark != nil })
        #expect(template.templateFwmark == 9)
        #expect(template.protocol == .ip)
        #expect(template.destination.port == 0)
        #expect(found.filter { $0.templateFwmark != nil }.count == 1)
    }

    @Test func templatesOfFwmarkServicesOfIPv6() throws {
        let zeros = "0000:0000:0000:0000:0000:0000"
        let row = "IP  2001:0db8:\(zeros) 0000 0000:0009:\(zeros) 0000 2001:0db8:\(zeros) 0000 NONE 1\n"
        let found = try Self.parse(DirectorSample.title + row)
        #expect(found.map(\.templateFwmark) == [9])
    }

    /// `ip_vs_proto_name`: five names, and `IP_` with the number for others.
    @Test(
        arguments: [
            ("TCP", 6), ("UDP", 17), ("SCTP", 132), ("IP ", 0), ("ICMP", 1), ("ICMPv6", 58), ("IP_47", 47),
            ("IP_50", 50),
            ("IP_51", 51), ("IP_255", 255),
        ] as [(String, UInt8)])
    func protocols(name: String, number: UInt8) throws {
        let row = "\(name) 0A000001 A058 0A000064 0050 0A000003 0050 NONE 60\n"
        #expect(try Self.parse(DirectorSample.title + row).map(\.protocol.rawValue) == [number])
    }

    @Test("The result does not depend on where the file is split", arguments: DirectorSample.all)
    func pieces(sample: DirectorSample) throws {
        let bytes = Array(sample.file.utf8)
        let whole = try Self.parse([bytes])
        for offset in 0...bytes.count {
            #expect(try Self.parse([Array(bytes[..<offset]), Array(bytes[offset...])]) == whole, "cut at \(offset)")
        }
        #expect(try Self.parse(bytes.map { [$0] }) == whole)
    }

    @Test func nothingAtAllIsNotNoConnections() throws {
        #expect(throws: DecodeError("row 0 of proc/net/ip_vs_conn", "is missing", at: 0)) { try Self.parse("") }
        var parser = ConnectionParser()
        try parser.end(.cut("too slow"))
    }

    @Test func aRowLongerThanTheKernelsIsRefusedHoweverItIsCut() {
        let row = DirectorSample.persistenceEngine.file.dropLast() + String(repeating: "x", count: 1024) + "\n"
        let bytes = Array(row.utf8)
        for size in [bytes.count, bytes.count - 1, 1000, 1] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(throws: DecodeError.self, "pieces of \(size)") { try Self.parse(pieces) }
        }
    }

    @Test func aTitleAloneIsNoConnections() throws {
        #expect(try Self.parse(DirectorSample.title) == [])
    }

    @Test(
        "Rows that are not connections",
        arguments: [
            "", "TCP", "TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED",
            "XYZ 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "IP_256 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "IP_ 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "TCP 0A00001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "TCP 0A00000G A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "TCP 0A000001 1A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED -1",
            "TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 12x",
            "TCP 2001:0db8:0000:0000:0000:0000:0000.0001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
            "TCP 2001:0db8:0000:0000:0000:0000:0000:000: A058 0A000064 0050 0A000003 0050 ESTABLISHED 892",
        ])
    func badRows(row: String) {
        #expect(throws: DecodeError("row 2 of proc/net/ip_vs_conn", "is not a connection", at: 0)) {
            try Self.parse(DirectorSample.title + row + "\n")
        }
    }

    @Test("Overdue timers, which older kernels print as a negative number read as unsigned") func overdue() throws {
        let row = "TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 18446744073709551614\n"
        #expect(try Self.parse(DirectorSample.title + row).map(\.expires) == [0])
    }

    @Test func aFileWithoutItsTitleIsAnotherFile() {
        #expect(throws: DecodeError("row 1 of proc/net/ip_vs_conn", "is not the title of ip_vs_conn", at: 0)) {
            try Self.parse("TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED 892\n")
        }
    }

    @Test("Other kernels' columns are refused, not taken for ours") func titles() throws {
        // As of FULLNAT kernels (alibaba/LVS, issue 29).
        let fullnat = """
            Pro FromIP   FPrt ToIP     TPrt LocalIP  LPrt DestIP   DPrt State       Expires
            TCP C0A8C86D 8EA7 C0A8C8C8 0050 C0A8C86D 138B 0A000004 0050 ESTABLISHED     892

            """
        let why = "has “LocalIP” where ct-inspect knows DestIP: another kernel's columns"
        #expect(throws: DecodeError("row 1 of proc/net/ip_vs_conn", why, at: 0)) { try Self.parse(fullnat) }
        for title in ["Pro\n", "Pro FromIP FPrt\n", "Prot FromIP\n"] {
            #expect(throws: DecodeError.self, "\(title)") { try Self.parse(title) }
        }
        #expect(throws: DecodeError.self) { try Self.parse(DirectorSample.title.dropLast() + " Origin\n") }
        #expect(throws: DecodeError.self) { try Self.parse(DirectorSample.olderTitle.dropLast() + " Origin\n") }
    }

    @Test("Kernels without persistence engines have two columns fewer, and rows nothing behind the timer")
    func olderKernels() throws {
        let row = "TCP 0AE90001 939C 0AE90001 01BB 0A42031F 192B ESTABLISHED     875"
        let found = try Self.parse(DirectorSample.olderTitle + row + "\n")
        #expect(found.map(\.expires) == [875])
        #expect(throws: DecodeError("row 2 of proc/net/ip_vs_conn", "is not a connection", at: 0)) {
            try Self.parse(DirectorSample.olderTitle + row + " sip\n")
        }
    }

    @Test func aStateOfNoProtocolOfIPVSIsUnknown() throws {
        let found = try Self.states(["FOO", "ESTABLISHED", "FOO", "ERR!", "BUG!"])
        #expect(found == ["unknown(FOO)", "ESTABLISHED", "unknown(FOO)", "ERR!", "BUG!"])
    }

    @Test func ofALongStateTheBeginningIsShown() throws {
        let found = try Self.states(["ESTABLISHED_AND_MORE", "ESTABLISHED_AND_", "ESTABLISHED_AND"])
        #expect(
            found == [
                "unknown(ESTABLISHED_AND_)", "unknown(ESTABLISHED_AND_)", "unknown(ESTABLISHED_AND)",
            ])
    }

    private static func states(_ words: [String]) throws -> [String] {
        let rows = words.map { "TCP 0A000001 A058 0A000064 0050 0A000003 0050 \($0) 60\n" }
        return try parse(DirectorSample.title + rows.joined()).map(\.state.name)
    }

    @Test func aLastRowWithoutItsEndIsAnErrorUnlessTheReadingWasCut() throws {
        let text = Array(DirectorSample.mixed.file.utf8.dropLast())
        #expect(throws: DecodeError.self) { try Self.parse([text]) }
        var found: [Connection] = []
        var parser = ConnectionParser()
        try parser.take(text.span.bytes, into: &found)
        try parser.end(.cut("too slow"))
        #expect(found.count == DirectorSample.mixed.listing.split(separator: "\n").count - 1)
    }

    @Test("A row of a megabyte is rejected", arguments: [1, 1 << 20]) func endlessRow(pieceSize: Int) {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: pieceSize)
        var parser = ConnectionParser()
        var found: [Connection] = []
        #expect(throws: DecodeError("row 0 of proc/net/ip_vs_conn", "has no end", at: 0)) {
            for _ in 0..<(1 << 20) / pieceSize { try parser.take(piece.span.bytes, into: &found) }
        }
    }

    @Test func randomDamageGivesRowsOrErrors() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        let samples = DirectorSample.all.map { Array($0.file.utf8) }
        var refused = 0
        for round in 0..<20_000 {
            let damaged = generator.damage(try #require(samples.randomElement(using: &generator)))
            let rows = damaged.count { $0 == UInt8(ascii: "\n") }
            do {
                #expect(try Self.parse([damaged]).count == max(rows - 1, 0), "seed \(seed), round \(round)")
            } catch {
                #expect(error.what.hasPrefix("row "), "seed \(seed), round \(round)")
                refused += 1
            }
        }
        #expect(refused > 5_000, "seed \(seed)")
    }
}
