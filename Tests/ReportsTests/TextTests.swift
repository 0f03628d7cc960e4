import Addresses
import IPVS
import Inspection
import TestSupport
import Testing

@testable import Reports

struct TextTests {
    @Test("Services are listed the way ipvsadm -Ln lists them")
    func services() throws {
        var configuration = Director.Configuration()
        configuration.info.version = 0x010201
        configuration.info.connectionTableSize = 4096
        // Trailing blanks are ipvsadm's.
        let expected = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
            TCP  10.0.0.100:80 rr
              -> 10.0.0.3:80                  Route   1      1          0\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}
              -> 10.0.0.4:80                  Route   3      1          0\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}
            TCP  10.0.0.100:443 rr persistent 300
              -> 10.0.0.3:443                 Route   1      1          0\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}
            """
        let lines = try smallSnapshot().servicesText(configuration)
        #expect(lines.prefix(8).joined(separator: "\n") == expected)
        #expect(lines.last?.hasPrefix("  -> 10.0.0.4:0                   Local   1      2") == true)
        #expect(lines.contains("FWM  7 rr"))
    }

    @Test("Sync daemons are remarks, with what the kernel says of them")
    func daemons() throws {
        var configuration = Director.Configuration()
        var (master, backup) = (Daemon(), Daemon())
        (master.state, master.interface, master.syncID) = (1, "eth0", 1)
        (backup.state, backup.interface, backup.syncID, backup.mostBytes) = (2, "eth1", 7, 1472)
        (backup.group, backup.port) = (IPAddress("224.0.0.81"), 8850)
        configuration.daemons = [master, backup]
        let lines = try smallSnapshot().servicesRemarks(configuration)
        #expect(
            lines.prefix(2) == [
                "master sync daemon (mcast=eth0, syncid=1)",
                "backup sync daemon (mcast=eth1, syncid=7, maxlen=1472, group=224.0.0.81, port=8850)",
            ])
    }

    @Test("The flows as a table, with their meaning below")
    func flows() throws {
        let lines = try smallSnapshot().flowsText(.plain, width: nil)
        #expect(
            lines.prefix(4) == [
                "PROTO  CLIENT               VIRTUAL             DESTINATION       METHOD  IPVS         EXPIRES  CONNTRACK  VERDICT",
                "tcp    10.0.0.1:41048       10.0.0.100:80       10.0.0.3:80       dr      ESTABLISHED      892  -          absent",
                "tcp    [2001:db8::1]:35863  [2001:db8::100]:80  [2001:db8::3]:80  dr      SYN_RECV          59  SYN_SENT   unreplied",
                "tcp    10.0.0.9:999         10.0.0.101:80       -                 -       -                  -  SYN_SENT   orphan",
            ])
        #expect(lines.contains("Persistence templates (they carry no packets and are not counted): 1."))
        #expect(lines.contains { $0.hasPrefix("1 of 2 connections is absent from the conntrack table: net.ipv4.vs") })
    }

    @Test("What /proc lacks has columns where it is known, and only if any flow has it")
    func details() throws {
        let marked = try smallSnapshot(ConnectionDetails(.tun, flags: .nfct, firewallMark: 5, packets: 12_345))
        #expect(
            marked.flowsText(.plain, width: nil).prefix(4).map { String($0.dropFirst(66)) } == [
                "METHOD  IPVS         EXPIRES  PACKETS  FWMARK  FLAGS  CONNTRACK  VERDICT",
                "tun     ESTABLISHED      892    12345       5  nfct   -          absent",
                "dr      SYN_RECV          59        -       -  -      SYN_SENT   unreplied",
                "-       -                  -        -       -  -      SYN_SENT   orphan",
            ])
        let plain = try smallSnapshot(ConnectionDetails(.dr, packets: 5)).flowsText(.plain, width: nil)
        #expect(plain[0].hasSuffix("EXPIRES  PACKETS  CONNTRACK  VERDICT"))
    }

    @Test("A narrow terminal drops columns, never part of an address", arguments: [40, 60, 80, 100, 120])
    func narrow(width: Int) throws {
        let lines = try smallSnapshot().flowsText(.plain, width: width).prefix(4)
        #expect(
            lines.allSatisfy {
                $0.contains("VERDICT") || $0.contains("absent") || $0.contains("unreplied") || $0.contains("orphan")
            })
        #expect(lines.contains { $0.contains("[2001:db8::100]:80") })
        if width >= 70 { #expect(lines.allSatisfy { $0.count <= width }) }
    }

    @Test("Colour adds nothing but escape sequences, and plain text has none")
    func colour() throws {
        let snapshot = try smallSnapshot()
        let plain = snapshot.flowsText(.plain, width: nil)
        let coloured = snapshot.flowsText(.coloured, width: nil)
        #expect(!plain.joined().contains("\u{1B}"))
        #expect(coloured.joined().contains("\u{1B}[31mabsent\u{1B}[0m"))
        let stripped = coloured.map { $0.replacing("\u{1B}[0m", with: "") }.map { line in
            ["1", "31", "32", "33", "35"].reduce(line) { $0.replacing("\u{1B}[\($1)m", with: "") }
        }
        #expect(stripped == plain)
    }

    @Test("Control characters are escaped")
    func printable() {
        #expect("\u{1B}[2J\u{202E}\u{85}a".printable == #"\u{1b}[2J\u{202e}\u{85}a"#)
        #expect("10.0.0.1 é".printable == "10.0.0.1 é")
    }

    @Test("Losses are reported below the table")
    func losses() throws {
        var snapshot = try smallSnapshot()
        snapshot.losses = [Loss("connections of IPVS", "reading was stopped after 60 s")]
        let lines = snapshot.flowsText(.plain, width: nil)
        #expect(lines.last == "Not complete: connections of IPVS: reading was stopped after 60 s.")
        #expect(!snapshot.isComplete)
    }

    @Test("One row per service, and the setting that explains it")
    func summary() throws {
        let lines = try smallSnapshot().summaryText(.plain, width: nil)
        #expect(lines.first?.split(separator: " ").map(String.init).contains("UNREPLIED") == true)
        let first = try #require(lines.first { $0.hasPrefix("tcp 10.0.0.100:80") })
        #expect(
            first.split(separator: " ") == [
                "tcp", "10.0.0.100:80", "rr", "dr", "1", "1", "0", "0", "0", "0", "net.ipv4.vs.conntrack=0",
            ])
    }
}

extension FlowSnapshot {
    func flowsText(_ style: Style, width: Int?) -> [String] {
        written { writeFlows(style, width: width, to: $0) }.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }
}
