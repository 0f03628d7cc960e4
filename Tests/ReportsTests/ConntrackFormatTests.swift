import Addresses
import Conntrack
import Reports
import TestSupport
import Testing

/// Cases beyond the differential tests: other numbers, other families, events with their context.
struct ConntrackFormatTests {
    @Test func anEntryOfADump() throws {
        #expect(
            line(try sample())
                == "tcp      6 118 SYN_SENT src=10.0.0.1 dst=10.0.0.100 sport=41048 dport=80 [UNREPLIED] "
                + "src=10.0.0.100 dst=10.0.0.1 sport=80 dport=41048 mark=0 use=1\n")
        #expect(line(try sample(), [.extended, .id]).hasPrefix("ipv4     2 tcp      6 118 "))
        #expect(line(try sample(), [.extended, .id]).hasSuffix(" use=1 id=123\n"))
    }

    @Test(
        "The extended format begins with the family's name and number",
        arguments: [(2, "ipv4     2 "), (10, "ipv6     10 "), (7, "unknown  7 ")])
    func families(number: UInt8, text: String) throws {
        var entry = try sample()
        entry.family = number
        #expect(line(entry, .extended).hasPrefix(text + "tcp      6"))
        #expect(line(entry).contains(" src=") == (number != 7))
    }

    @Test func aStateWithoutANameIsNone() throws {
        var entry = try sample()
        for state in [ProtocolState.tcp(.init(state: 10)), .sctp(.init(state: 200)), .dccp(.init(state: 255))] {
            entry.state = state
            #expect(line(entry).hasPrefix("tcp      6 118 NONE src="))
        }
        entry.state = .tcp(.init(state: nil))
        #expect(line(entry).hasPrefix("tcp      6 118 src="))
    }

    @Test func whatWasNotSentIsLeftOut() {
        var entry = Entry()
        entry.original.protocol = .udp
        #expect(line(entry, [.extended, .id, .kernelTimes]) == "unknown  0 udp      17 sport=0 dport=0 [UNREPLIED]\n")
    }

    @Test func aSavedEntryHasWhatTheLineHas() throws {
        var entry = try sample()
        entry.status = [.confirmed, .seenReply, .assured, .destinationNATDone, .sourceNATDone]
        let tuple = "-s 10.0.0.1 -d 10.0.0.100"
        let ports = "--sport 41048 --dport 80 --reply-port-src 80 --reply-port-dst 41048"
        #expect(
            line(entry, .save)
                == "-A -t 118 -u SEEN_REPLY,ASSURED \(tuple) -r 10.0.0.100 -q 10.0.0.1 -p tcp \(ports) --state SYN_SENT\n"
        )
        (entry.reply.source, entry.reply.destination) = (IPAddress("10.0.0.3"), IPAddress("10.0.0.33"))
        (entry.zone, entry.original.zone, entry.reply.zone) = (1, 2, 3)
        (entry.status, entry.state) = ([.destinationNATDone, .sourceNATDone], .tcp(.init(state: 77)))
        #expect(
            line(entry, .save)
                == "-A -t 118 -u UNSET -w 1 --orig-zone 2 --reply-zone 3 \(tuple) -g 10.0.0.3 -n 10.0.0.33 -p tcp "
                + "\(ports) --state 77\n")
        // Not yet translated.
        entry.status = .fixedTimeout
        #expect(line(entry, .save).contains(" -u FIXED_TIMEOUT "))
        #expect(line(entry, .save).contains(" -r 10.0.0.3 -q 10.0.0.33 "))
        #expect(line(Entry(), .save) == "-A -u UNSET -p 0\n")
    }

    @Test(
        "Hardware offload takes precedence over software offload, and that over ASSURED",
        arguments: [
            (Status([.assured, .offload, .hardwareOffload]), " [HW_OFFLOAD] mark"),
            ([.assured, .offload], " [OFFLOAD] mark"), ([.assured], " [ASSURED] mark"), ([], "41048 mark"),
        ] as [(Status, String)])
    func assurance(status: Status, text: String) throws {
        var entry = try sample()
        entry.status = status
        #expect(line(entry).contains(text))
    }

    @Test func aHelpersNameReachesNoTerminal() throws {
        var entry = try sample()
        entry.helper = "a\u{1B}[2J\nb"
        #expect(line(entry).hasSuffix(" helper=a\\u{1b}[2J\\u{a}b use=1\n"))
    }

    @Test func anEventHasItsKindItsTimeAndItsCause() throws {
        let entry = try sample()
        let instant = Moment(nanoseconds: 1_700_000_000_001_234_999)
        let plain = line(entry)
        #expect(line(entry, event: .init(.new)) == "    [NEW] " + plain)
        #expect(line(entry, event: .init(.update)) == " [UPDATE] " + plain)
        #expect(line(entry, event: .init(nil)) == plain)
        #expect(line(entry, event: .init(.destroy, received: instant)) == "[1700000000.001234]\t[DESTROY] " + plain)
        let caused = ConntrackFormat.Event(.new, portID: 4711)
        #expect(line(entry, event: caused) == "    [NEW] " + plain.dropLast() + " [USERSPACE] portid=4711\n")
        let named = ConntrackFormat.Event(.new, portID: 4711, program: "conntrack")
        #expect(line(entry, event: named).hasSuffix(" [USERSPACE] portid=4711 progname=conntrack\n"))
    }

    @Test func anAgeRunsUntilTheEndOrUntilNow() throws {
        var entry = try sample()
        entry.timestamps = .init(start: 1_000_999_999_999)
        #expect(line(entry).contains(" mark=0 delta-time=7 use=1"))
        entry.timestamps?.stop = 1_003_000_000_000
        #expect(line(entry).contains(" delta-time=3 use"))
        // The library prints the 64 bits as unsigned.
        entry.timestamps = .init(start: 1_008_000_000_000)
        #expect(line(entry).contains(" delta-time=18446744073709551615 use"))
    }

    @Test func expectationsFillTheirTimeWithBlanks() {
        var expectation = Conntrack.Expectation()
        expectation.tuple.protocol = .tcp
        expectation.flags = [.permanent, .userspace]
        let instant = Moment(nanoseconds: 1_700_000_000_000_042_000)
        let text = written { sink in
            var buffer = ByteBuffer(sink)
            buffer.appendConntrackLine(expectation, event: .init(.new, received: instant, portID: 4711))
            buffer.flush()
        }
        #expect(text == "[1700000000.42    ]\t    [NEW] proto=6 sport=0 dport=0 PERMANENT,USERSPACE\n")
    }

    private func line(
        _ entry: Entry, _ options: ConntrackFormat.Options = [], event: ConntrackFormat.Event? = nil
    ) -> String {
        written { sink in
            var buffer = ByteBuffer(sink)
            buffer.appendConntrackLine(entry, ConntrackFormat(options, now: 1_007), event: event)
            buffer.flush()
        }
    }

    private func sample() throws -> Entry { try ReportsTests.entry("10.0.0.1:41048", "10.0.0.100:80", family: 2) }
}
