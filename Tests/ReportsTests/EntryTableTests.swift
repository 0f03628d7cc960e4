import Addresses
import Conntrack
import Reports
import TestSupport
import Testing

struct EntryTableTests {
    @Test func aPlainTable() throws {
        var counted = try entry("10.0.0.7:2", "10.0.0.9:80", family: 2)
        counted.status = [.confirmed, .seenReply, .assured]
        counted.state = .tcp(.init(state: 3))
        counted.timeout = 431_999
        counted.originalCounters = .init(packets: 12, bytes: 5_029)
        counted.replyCounters = .init(packets: 10, bytes: 1_234)
        counted.zone = 4
        #expect(
            try table([try entry("10.0.0.1:41048", "10.0.0.100:80", family: 2), counted]) == """
                PROTO    SOURCE                 DESTINATION            STATE        STATUS        TIMEOUT  MARK   ZONE   \
                PACKETS      BYTES            REPLY-SOURCE           REPLY-DESTINATION
                tcp      10.0.0.1:41048         10.0.0.100:80          SYN_SENT     UNREPLIED         118  0      0      \
                -            -                -                      -
                tcp      10.0.0.7:2             10.0.0.9:80            ESTABLISHED  ASSURED        431999  0      4      \
                12/10        5029/1234        -                      -

                """)
    }

    @Test func translationIsShownOnTheSideWhereItHappened() throws {
        var destination = try entry("10.0.0.1:1", "10.0.0.9:80", family: 2)
        destination.reply.source = IPAddress("10.0.0.3")
        destination.status = [.confirmed, .destinationNAT]
        var source = try entry("10.0.0.1:1", "10.0.0.9:80", family: 2)
        source.reply.discriminator = .ports(source: 80, destination: 1024)
        let rows = try table([destination, source]).split(separator: "\n")
        #expect(rows[1].hasSuffix("  10.0.0.3:80            -"))
        #expect(rows[1].contains("UNREPLIED,DST_NAT"))
        #expect(rows[2].hasSuffix("  -                      10.0.0.1:1024"))
    }

    @Test func aLongValueIsWholeAndPushesUntilAShortOneMakesUpForIt() throws {
        let long = try entry("[2001:db8:1111:2222:3333:4444:5555:6666]:65535", "[2001:db8::1]:80", family: 10)
        let rows = try table([long]).split(separator: "\n")
        #expect(
            rows[1].hasPrefix(
                "tcp      [2001:db8:1111:2222:3333:4444:5555:6666]:65535  [2001:db8::1]:80  SYN_SENT  UNREPLIED  "))
        let (titles, row) = (Array(rows[0].utf8), Array(rows[1].utf8))
        let bytes = try #require(titles.firstIndex(of: UInt8(ascii: "B")))
        #expect(row[bytes - 2...bytes + 1].elementsEqual("  - ".utf8))
        let wide = try table([long], family: .ipv6).split(separator: "\n")
        #expect(wide[1].hasPrefix("tcp      [2001:db8:1111:2222:3333:4444:5555:6666]:65535   [2001:db8::1]:80   "))
    }

    @Test(
        "Columns that fit the width",
        arguments: [
            (40, "PROTO SOURCE DESTINATION"), (79, "PROTO SOURCE DESTINATION STATE"),
            (80, "PROTO SOURCE DESTINATION STATE STATUS"), (89, "PROTO SOURCE DESTINATION STATE STATUS TIMEOUT"),
            (112, "PROTO SOURCE DESTINATION STATE STATUS TIMEOUT REPLY-SOURCE"),
        ])
    func narrowTerminals(width: Int, titles: String) throws {
        let text = try table([try entry("10.0.0.1:1", "10.0.0.9:80", family: 2)], width: width)
        #expect(text.split(separator: "\n")[0].split(separator: " ").joined(separator: " ") == titles)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width || width < 53 })
    }

    @Test func otherProtocolsHaveTheirOwnEnds() throws {
        var ping = try entry("10.0.0.1:0", "10.0.0.2:0", family: 2)
        ping.state = nil
        ping.original.protocol = .icmp
        ping.original.discriminator = .icmp(type: 8, code: 0, id: 77)
        ping.reply.discriminator = .icmp(type: 0, code: 0, id: 77)
        var tunnel = try entry("10.0.0.1:5", "10.0.0.2:65535", family: 2)
        tunnel.original.protocol = .gre
        var bare = Entry()
        bare.status = Status(rawValue: 1 << 20)
        let rows = try table([ping, tunnel, bare]).split(separator: "\n")
        #expect(rows[1].hasPrefix("icmp     10.0.0.1               10.0.0.2               8/0,id=77    UNREPLIED "))
        #expect(rows[1].hasSuffix(" -                      -"))
        #expect(rows[2].hasPrefix("gre      10.0.0.1:0x5           10.0.0.2:0xffff "))
        let nothing = "-                      -                      -            "
        #expect(rows[3].hasPrefix("ip       \(nothing)UNREPLIED,UNCONFIRMED,BIT_20  "))
    }

    @Test func coloursTakeNoRoom() throws {
        let entries = [try entry("10.0.0.1:1", "10.0.0.9:80", family: 2)]
        let coloured = try table(entries, style: .coloured)
        #expect(coloured.contains("\u{1B}[33mUNREPLIED\u{1B}[0m"))
        var plain = coloured
        for code in ["1", "33", "35", "0"] { plain = plain.split(separator: "\u{1B}[\(code)m").joined() }
        #expect(try plain == table(entries))
    }

    private func table(
        _ entries: [Entry], family: IPAddress.Family? = nil, style: Style = .plain, width: Int? = nil
    ) throws -> String {
        let table = EntryTable(family: family, style: style, width: width)
        return written { sink in
            var buffer = ByteBuffer(sink)
            buffer.appendTitles(table)
            for entry in entries { buffer.appendRow(entry, table) }
            buffer.flush()
        }
    }
}
