import Addresses
import ArgumentParser
import Conntrack
import IPVS
import Inspection
import Terminal
import Testing

@testable import CTInspectCommand
@testable import IPVS

@Suite("Every completion offered to a shell is accepted by its option")
struct CompletionTests {
    @Test("Filter words accept the values offered for them", arguments: FilterWord.allCases)
    func words(_ word: FilterWord) throws {
        for name in word.namedValues {
            for spelled in [name, name.lowercased()] {
                var filter = EntryFilter()
                try filter.add(word, [spelled])
                #expect(!filter.isEmpty, "\(word.rawValue) \(spelled)")
            }
        }
    }

    @Test("Values are offered wherever the usage mentions names")
    func named() {
        let named = FilterWord.allCases.filter { !$0.namedValues.isEmpty }
        #expect(named == [.family, .protocol, .state, .status])
        #expect(FilterWord.state.namedValues.contains("SYN_SENT"))
        #expect(FilterWord.state.namedValues.filter { $0 == "ESTABLISHED" }.count == 1)
    }

    @Test("Every number that has a name in the kernel is offered by that name", arguments: UInt8.min...UInt8.max)
    func everyName(_ number: UInt8) {
        let states = [
            ProtocolState.tcp(.init(state: number)), .sctp(.init(state: number)), .dccp(.init(state: number)),
        ].compactMap(\.name)
        for name in states where name != String(number) { #expect(FilterWord.state.namedValues.contains(name)) }
        let name = IPProtocol(rawValue: number).description
        if name != String(number) { #expect(FilterWord.protocol.namedValues.contains(name)) }
    }

    @Test("watch accepts the columns and filter words of each tab", arguments: Tab.allCases)
    func columns(_ tab: Tab) throws {
        for column in tab.columnNames {
            _ = try CTInspect.parseAsRoot(["watch", "--tab", tab.rawValue, "--sort", column, "--columns", column])
        }
        #expect(tab.columnNames.isEmpty == [.events, .findings, .health].contains(tab))
        guard let vocabulary = tab.vocabulary() else { return }
        for word in vocabulary.words {
            #expect(!Self.isUnknown(word, tab), "\(word)")
            let tests = vocabulary.values(of: word).map { "\(word)=\($0)" }
            if tests.isEmpty { continue }
            _ = try CTInspect.parseAsRoot(["watch", "--tab", tab.rawValue, "--filter", tests.joined(separator: " or ")])
        }
        #expect(Self.isUnknown("no-such-word", tab))
    }

    /// Whether the filter line of a tab does not know a word at all, as opposed to rejecting its value.
    private static func isUnknown(_ word: String, _ tab: Tab) -> Bool {
        do {
            _ = try CTInspect.parseAsRoot(["watch", "--tab", tab.rawValue, "--filter", "\(word)=no?such!value"])
            return false
        } catch {
            return CTInspect.message(for: error).contains("unknown word")
        }
    }

    @Test("explain accepts each state that it offers, for at least one packet")
    func entryStates() throws {
        #expect(EntryOptions.words.contains("syn-sent"))
        for word in EntryOptions.words {
            let packets = [
                ["--flags", "S"], ["--proto", "sctp", "--chunk", "data"], ["--proto", "dccp", "--dccp-type", "ack"],
                ["--proto", "udp"],
            ]
            #expect(packets.contains { Self.explains($0 + ["--entry", word]) }, "\(word)")
        }
    }

    private static func explains(_ words: [String]) -> Bool {
        (try? Program.run(["explain"] + words + ["--tcp-loose", "1", "--vs-conntrack", "0"]))?.status == 0
    }

    @Test(
        "The last value of a list is completed; values already in the list are not offered again",
        arguments: [
            ("", ["A", "B", "CD"]), ("A,", ["A,B", "A,CD"]), ("!", ["!A", "!B", "!CD"]), ("!A,", ["!A,B", "!A,CD"]),
            ("a", ["a", "b", "cd"]), ("A,c", ["A,b", "A,cd"]),
        ])
    func lists(_ typed: String, _ offered: [String]) {
        #expect(ListPiece(typed).candidates(["A", "B", "CD"]) == offered)
    }

    @Test("Values of the filter line's words are those that exist")
    func filterValues() {
        #expect(FilterVocabulary.flows(.none).values(of: "verdict") == FlowVerdict.allCases.map(\.rawValue))
        #expect(FilterVocabulary.flows(.none).values(of: "method") == ["dr", "tun", "nat", "local", "bypass"])
        #expect(FilterVocabulary.entries(.none).values(of: "state") == FilterWord.state.namedValues)
        #expect(FilterVocabulary.events(.none).values(of: "kind") == ["new", "update", "destroy"])
        #expect(FilterVocabulary.observation(.none).values(of: "class").contains("ICMP_ERROR"))
        #expect(FilterCompletion("hook=for", in: .observation(.none)).candidates == ["forward"])
        #expect(FilterCompletion("class=FIN,R", in: .observation(.none)).certain == "class=FIN,RST")
        #expect(FilterVocabulary.events(.none).values(of: "no-such-word").isEmpty)
    }

    @Test("Every list that takes --filter takes its words; the file of services is read")
    func filters() throws {
        let lists: [(String, FilterVocabulary)] = [
            ("flows", .flows(.none)), ("services", .services(.none)), ("dump", .entries(.none)),
            ("events", .entries(.none)), ("observe", .observation(.none)),
        ]
        for (command, list) in lists {
            for word in list.words {
                for value in list.values(of: word) {
                    let line = "\(word)=\(value) or !(\(word)!=\(value))"
                    let expression = try FilterExpression.read(line, for: list)
                    #expect(expression != nil, "\(line)")
                }
            }
            _ = try CTInspect.parseAsRoot([command, "--filter", "dport=80 or protocol=udp"])
            #expect(throws: (any Error).self) { try CTInspect.parseAsRoot([command, "--filter", "nosuch=1"]) }
        }
        let ports = NumberedNames(
            "# x\nhttp\t80/tcp  www # web\ndomain 53/tcp\ndomain 53/udp\nbad x/tcp\n\nhttp 81/sctp")
        #expect(ports["HTTP"] == [80, 81] && ports["www"] == [80] && ports["domain"] == [53] && ports["bad"].isEmpty)
    }

    @Test("The text being completed is the one at the cursor, without the option's name and quotes")
    func typed() {
        let line = CommandLineWords(["ct-inspect", "dump", "--state", "TIME_", "-p", "tcp"])
        #expect(line.typed(at: 3, last: "tcp") == "TIME_")
        #expect(line.typed(at: 5, last: "tc") == "tc")
        let joined = CommandLineWords(["ct-inspect", "dump", "--state='!EST"])
        #expect(joined.typed(at: 2, last: "--state='!EST") == "!EST")
        #expect(joined.typed(at: 7, last: #"\!EST"#) == "!EST")
    }

    @Test("A path below ~ is found in the home directory")
    func home() {
        #expect(CommandLineWords(["--capture", "~/lb1"]).path(of: "--capture")?.hasSuffix("/lb1") == true)
        #expect(CommandLineWords(["--capture", "~/lb1"]).path(of: "--capture")?.hasPrefix("~") == false)
        #expect(CommandLineWords(["--capture", "/tmp/~/lb1"]).path(of: "--capture") == "/tmp/~/lb1")
    }

    @Test("The value is found in a partly typed line, quoted or not")
    func values() {
        let line = CommandLineWords(["ct-inspect", "flows", "--netns", "lb", "--capture='/tmp/a b'", "--service"])
        #expect(line.value(of: "--netns") == "lb")
        #expect(line.value(of: "--capture") == "/tmp/a b")
        #expect(line.value(of: "--service") == nil)
        #expect(CommandLineWords(["--capture", "'/tmp/a b"]).value(of: "--capture") == "/tmp/a b")
        #expect(CommandLineWords(["--capture", #"/tmp/a\ b"#]).value(of: "--capture") == "/tmp/a b")
        #expect(CommandLineWords(["--capture", ""]).value(of: "--capture") == nil)
    }

    @Test(
        "Rows of /proc/net/ip_vs that name a service are recognised, and no others",
        arguments: [
            ("TCP  0A000064:0050 rr ", Service.Identity.address(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80))),
            ("UDP  [2001:0db8:0000:0000:0000:0000:0000:0100]:0035 wlc persistent 360 FFFFFFFF", nil),
            ("FWM  00000007 rr ", .fwmark(7, .ipv4)), ("  -> 0A000003:0050      Route   1      0          0", nil),
            ("Prot LocalAddress:Port Scheduler Flags", nil), ("IP Virtual Server version 1.2.1 (size=4096)", nil),
            ("TCP", nil), ("TCP  0A000064", nil), ("TCP  :0050", nil), ("FWM  zz rr", nil), ("", nil),
        ])
    func rows(_ row: String, _ identity: Service.Identity?) {
        let wanted =
            row.hasPrefix("UDP") ? IPAddress("2001:db8::100").map { .address(.udp, Endpoint($0, 53)) } : identity
        #expect(Service.Identity(row: row) == wanted)
    }
}
