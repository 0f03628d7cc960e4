import Conntrack
import IPVS
import Inspection
import Testing

@testable import Terminal

/// The line typed after `/`.
struct FilterLineTests {
    @Test(
        "/ filters by words and text; a wrong word is reported and the line stays; Esc in the list clears, in the line keeps"
    )
    func filter() {
        var model = Models.director()
        Models.press(&model, .character("/"))
        Models.type(&model, "verdict=never")
        Models.press(&model, .enter)
        #expect(model.overlay == nil)
        #expect(!Models.rows(model).isEmpty && Models.rows(model).allSatisfy { $0.contains("never") })
        Models.press(&model, .escape)
        #expect(model.list.filter.isEmpty && model.listCount == 12)
        Models.press(&model, .function(4))
        Models.type(&model, "verdict=gone")
        Models.press(&model, .enter)
        #expect(Models.text(model).contains("“gone” is invalid; expected absent, never"))
        Models.press(&model, .control("u"))
        Models.type(&model, "!10.0.0.3:80 state=established")
        Models.press(&model, .enter)
        #expect(model.listCount == 6)
        Models.press(&model, .function(4), .control("u"))
        #expect(model.listCount == 12)
        Models.press(&model, .escape)
        #expect(model.listCount == 6 && model.list.filter == "!10.0.0.3:80 state=established")
        Models.press(&model, .escape)
        #expect(model.listCount == 12)
    }

    @Test("The list narrows while one types, by what is finished of the line; Tab completes, or shows what there is")
    func typing() {
        var model = Models.director()
        Models.press(&model, .character("/"))
        Models.type(&model, "ver")
        #expect(model.listCount == 12)
        Models.press(&model, .tab)
        #expect(Models.text(model).contains("Filter: verdict=") && model.listCount == 12)
        Models.type(&model, "n")
        Models.press(&model, .tab)
        #expect(Models.text(model).contains("Filter: verdict=never") && model.overlay != nil)
        let never = model.listCount
        #expect(never > 0 && never < 12 && Models.rows(model).allSatisfy { $0.contains("never") })
        Models.type(&model, "or s")
        #expect(model.listCount == never)
        Models.press(&model, .tab)
        #expect(Models.text(model).contains("sport= service= state="))
        Models.press(&model, .control("w"))
        Models.type(&model, "verdict=tracked")
        #expect(model.listCount > never)
        // Nothing of it was accepted yet.
        Models.press(&model, .escape)
        #expect(model.listCount == 12 && model.list.filter.isEmpty)
    }

    @Test("A wrong line is explained above itself, in full, at 80 columns and at 40", arguments: [80, 40])
    func explained(_ columns: Int) {
        var model = Models.director(columns, 24)
        Models.press(&model, .character("/"))
        Models.type(&model, "zone=1")
        Models.press(&model, .enter)
        let text = view(model).lines.map { $0.text.trimmed }.joined(separator: " ")
        for word in [
            "column 1: unknown word zone; flows have src client dst", "ctstate method age timeout packets mark flag",
        ] {
            #expect(text.contains(word), "\(text)")
        }
        #expect(view(model).lines.last?.text.contains("Filter: zone=1") == true)
    }

    @Test("Table: a line that is typed filters what was read; the next reading is asked for it when it is accepted")
    func asked() {
        var model = Models.director(tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0) })
        Models.press(&model, .character("/"))
        Models.type(&model, "src=10.1.0.1")
        #expect(model.listCount == 1 && model.demand.entries == EntryFilter())
        Models.press(&model, .enter)
        #expect(model.demand.entries?.original.sources.wanted.map { "\($0)" } == ["10.1.0.1"])
    }

    @Test(
        "The filter words of every tab",
        arguments: [
            (Tab.flows, "protocol=tcp", 12), (.flows, "src=10.1.0.1", 1), (.flows, "client=10.1.0.0/24", 12),
            (.flows, "dst!=10.0.0.100", 0),
            (.flows, "sport=40001-40003", 3), (.flows, "dport=80,443", 12), (.flows, "service=tcp/10.0.0.100:80", 12),
            (.flows, "server=10.0.0.4", 6), (.flows, "method=dr", 12), (.flows, "conntrack=SYN_SENT", 3),
            (.flows, "verdict=unreplied,tracked", 3),
            (.flows, "ctstate=INVALID", 0), (.flows, "!verdict=absent", 8),
            (.services, "service=10.0.0.101", 1), (.services, "method=nat", 1), (.services, "scheduler=wlc", 0),
            (.services, "10.0.0.100", 1),
            (.table, "src=10.1.0.1", 1), (.table, "unreplied", 1), (.table, "!unreplied", 2),
            (.table, "mark=4 dport=80", 1), (.table, "syn_sent", 3), (.table, "server=10.0.0.100", 3),
            (.table, "client=10.1.0.1 or client=10.1.0.5:40004", 2), (.table, "port=80 and timeout>103", 2),
            (.flows, "client=10.1.0.1 or client=10.1.0.2", 2), (.flows, "dst=10.0.0.100:80 and not server=10.0.0.4", 6),
            (.flows, "port=80", 12), (.flows, "timeout>1h", 0), (.flows, "timeout<1h", 12), (.flows, "10.1.0.1:", 1),
            (.services, "server=10.0.0.3:80 and protocol=tcp", 2), (.services, "dst=10.0.0.101:80 or port=443", 1),
        ])
    func words(_ tab: Tab, _ line: String, _ count: Int) {
        var model = Models.director(tab: tab)
        Models.read(
            &model, (0..<12).map { Models.connection($0) }, [0, 4, 8].map { Models.entry($0, isReplied: $0 % 8 == 0) })
        #expect(model.take(filter: line) == nil)
        #expect(model.listCount == count, "\(line)")
    }

    @Test(
        "Words for what only the kernel's own table says; a flow of which it is not known matches none",
        arguments: [
            ("packets=3", 1), ("packets=0-3,5", 5), ("fwmark=0x2", 2), ("flag=nfct", 3), ("flag=sync,nfct", 4),
            ("!flag=nfct", 3), ("packets=0-4294967295", 6),
        ])
    func details(_ line: String, _ count: Int) {
        var model = Models.director()
        let connections = (0..<12).map { number in
            var connection = Models.connection(number)
            if number < 6 {
                connection.details = ConnectionDetails(
                    .dr, flags: number < 3 ? .nfct : number == 3 ? .synchronized : [],
                    firewallMark: UInt32(number % 3), packets: UInt32(number))
            }
            return connection
        }
        Models.read(&model, connections)
        #expect(model.take(filter: line) == nil)
        #expect(model.listCount == count, "\(line)")
        #expect(model.take(filter: "packets=x") != nil && model.take(filter: "flag=none") != nil)
    }

    @Test("While the first reading goes on, its rows are shown, without a verdict and outside of every filter for one")
    func pending() {
        var model = Models.empty(120)
        model.turn(to: .flows)
        model.director.begin([Models.service()], Models.sysctls)
        Models.tell(&model, .director(.readingBegan))
        model.director.take((0..<5).map { Models.connection($0) })
        Models.tell(&model, .director(.rowsCame))
        #expect(model.listCount == 5)
        let rows = Models.rows(model)
        #expect(rows.allSatisfy { $0.contains("…") && $0.contains("ESTABLISHED") }, "\(rows)")
        #expect(model.take(filter: "verdict=absent") == nil && model.listCount == 0)
        #expect(model.take(filter: "absent") == nil && model.listCount == 0)
        #expect(model.take(filter: "client=10.1.0.1") == nil && model.listCount == 1)
        model.director.endConnections(isWhole: true)
        model.director.endEntries(isWhole: true)
        var slices = 0
        while !model.director.goOnSettling(2, took: .zero) { slices += 1 }
        #expect(slices == 2)
        model.director.finish(took: .zero, pause: .zero, losses: [])
        Models.tell(&model, .director(.readingEnded))
        #expect(model.take(filter: "verdict=absent") == nil && model.listCount == 5)
    }

    @Test("Columns for it are there while it is known")
    func detailColumns() {
        var model = Models.director(200)
        #expect(!Models.text(model).contains("PACKETS"))
        var connection = Models.connection(1)
        connection.details = ConnectionDetails(.dr, flags: .nfct, firewallMark: 77, packets: 12_345)
        Models.read(&model, [connection])
        let text = Models.text(model)
        #expect(text.contains("PACKETS") && text.contains("12.3k") && text.contains("77") && text.contains("nfct"))
        Models.press(&model, .enter)
        #expect(Models.text(model).contains("12345 packets from the client, fwmark 77, flags nfct"))
    }

    @Test("Editing the line: ends, letters, words")
    func editing() {
        var prompt = Prompt(.filter, "dst=10.0.0.1 tcp")
        for key in [Key.home, .delete, .end, .backspace, .left, .right, .control("w")] {
            let isTaken = prompt.take(key)
            #expect(isTaken)
        }
        #expect(prompt.typed == "st=10.0.0.1 ")
        for key in [Key.control("a"), .character("d"), .control("k")] { _ = prompt.take(key) }
        #expect(prompt.typed == "d")
        for key in [Key.control("e"), .control("b"), .control("f"), .control("h"), .control("d")] {
            _ = prompt.take(key)
        }
        #expect(prompt.typed.isEmpty)
        for key in [Key.up, .function(2)] {
            let isTaken = prompt.take(key)
            #expect(!isTaken)
        }
        for _ in 0..<1000 { _ = prompt.take(.character("é")) }
        #expect(prompt.typed.count == Prompt.longest)
        _ = prompt.take(.control("u"))
        #expect(prompt.typed.isEmpty)
    }

    @Test("Labels are parsed by name where the names are known")
    func labels() {
        var model = Models.empty()
        model.turn(to: .events)
        #expect(model.take(filter: "label=web")?.contains("a number up to 127") == true)
        model.setting.names = HostNames(labels: FilterLabels(takes: "a name of mine") { $0 == "web" ? 9 : nil }) { _ in
            []
        }
        var labelled = Models.entry(1)
        labelled.labels = [0, 2] + [UInt8](repeating: 0, count: 14)
        for entry in [Models.entry(0), labelled] { Models.take(&model, .new, entry) }
        #expect(model.take(filter: "label=web") == nil && model.listCount == 1)
        #expect(model.take(filter: "!label=web") == nil && model.listCount == 1)
        #expect(model.take(filter: "label=mail")?.contains("a name of mine") == true)
    }

    @Test("Ports are parsed the same way in every tab")
    func ports() {
        for tab in [Tab.flows, .table] {
            var model = Models.director(tab: tab)
            Models.read(&model, [Models.connection(0)], [Models.entry(0)])
            #expect(model.take(filter: "dport=0x50") == nil && model.listCount > 0, "\(tab)")
            for wrong in ["+80", "80-", "90-80", "80-90-100", ""] {
                #expect(model.take(filter: "dport=\(wrong)")?.contains("PORT, FIRST-LAST") == true, "\(tab) \(wrong)")
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
