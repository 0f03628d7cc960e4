import Addresses
import Inspection
import Testing

@testable import Terminal

/// Going through a record: keys and times.
struct RecordKeyTests {
    private static let second: UInt32 = 1_764_000_000

    private static func model(hoursAhead: Int = 0) -> Model {
        var model = Models.director(tab: .services)
        model.record = RecordSpan(first: Moment(second: second - 86_400), last: Moment(second: second + 600))
        model.setting.clocksAhead = hoursAhead * 3600
        return model
    }

    @Test("Brackets go back and on, F5 reads what came since; what only a director has is refused")
    func keys() {
        var model = Self.model()
        let steps: [(Key, RecordStep)] = [
            (.character("["), .second(isForward: false)), (.character("]"), .second(isForward: true)),
            (.character("{"), .minute(isForward: false)), (.character("}"), .minute(isForward: true)),
            (.character("("), .happening(isForward: false)), (.character(")"), .happening(isForward: true)),
            (.function(5), .again), (.control("r"), .again),
        ]
        for (key, step) in steps { #expect(Models.press(&model, key) == [.go(step)]) }
        for key in [Key.character("f"), .character("o"), .character("z"), .character("Z")] {
            #expect(Models.press(&model, key) == [] && model.notice?.contains("a record") ?? false)
        }
        #expect(!model.isFrozen && !model.isObserving && model.overlay == nil)
        // Of a director they still do what they did.
        var live = Models.director(tab: .services)
        #expect(Models.press(&live, .character("]")) == [] && live.interval == .seconds(2))
        #expect(Models.press(&live, .character("b")) == [] && live.overlay == nil)
    }

    @Test(
        "b asks for a time: of this day by local clocks, from here, or as RFC 3339 has it",
        arguments: [
            ("09:47", 0, 1_763_977_620), ("09:47:21", 0, 1_763_977_641), ("09:47", 2, 1_763_970_420),
            ("-10m", 0, 1_763_999_400), ("+30s", 0, 1_764_000_030), ("-2h", 0, 1_763_992_800),
            ("-1d", 0, 1_763_913_600),
            ("+5", 0, 1_764_000_005), (" 2025-11-24T16:00:01Z ", 5, 1_764_000_001), ("00:00", 0, 1_763_942_400),
        ] as [(String, Int, UInt32)])
    func times(_ text: String, _ hoursAhead: Int, _ second: UInt32) {
        var model = Self.model(hoursAhead: hoursAhead)
        Models.press(&model, .character("b"), .control("u"))
        for character in text { Models.press(&model, .character(character)) }
        #expect(Models.press(&model, .enter) == [.go(.moment(Moment(second: second)))], "\(text)")
        #expect(model.overlay == nil)
    }

    @Test(
        "What is no time is refused, and can be corrected",
        arguments: [
            "", "9", "25:00", "10:60", "10:00:60", "10:00:00:00", "-", "-x", "+10y", "tomorrow", "+99999999999",
        ])
    func noTimes(_ text: String) {
        var model = Self.model()
        Models.press(&model, .character("b"), .control("u"))
        for character in text { Models.press(&model, .character(character)) }
        #expect(Models.press(&model, .enter) == [])
        #expect(Models.text(model).contains("expected 09:47, 09:47:21, -10m"))
        Models.press(&model, .escape)
        #expect(model.overlay == nil)
    }

    @Test("The head says which moment it is, and how far from the end")
    func head() {
        var model = Self.model()
        model.size = Size(columns: 120, rows: 24)
        #expect(Models.text(model).contains("record: 2025-11-24T16:00:00Z, 10m00s before its end"))
        model.record?.last = Moment(second: Self.second)
        #expect(Models.text(model).contains("record: 2025-11-24T16:00:00Z, its end"))
        #expect(!Models.text(model).contains("Freeze") && !Models.text(model).contains("Observe"))
    }

    @Test("Events are the lines of the record up to then, filtered in its words; they stand still, and lead nowhere")
    func events() throws {
        var model = Self.model()
        let lines = try (0..<100).map { number in
            let kind = number % 10 == 0 ? "ruleset" : "start"
            let text =
                #"{"time":"2025-11-24T15:59:\#(number % 40 + 10)Z","host":"lb1","record":"\#(kind)","generation":\#(number)}"#
            return try #require(RecordLine(Array(text.utf8)))
        }
        model.turn(to: .events)
        Models.tell(&model, .director(.recorded(lines: lines)))
        #expect(Models.text(model).contains("recording began") && Models.text(model).contains("100/100"))
        Models.press(&model, .up)
        #expect(Models.text(model).contains("99/100"))
        Models.press(&model, .end, .enter)
        #expect(model.notice != nil && model.tab == .events)
        Models.press(&model, .character("/"))
        for character in "kind=ruleset" { Models.press(&model, .character(character)) }
        Models.press(&model, .enter)
        #expect(Models.text(model).contains("ruleset changed  generation 90"))
        #expect(!Models.text(model).contains("recording began"))
        Models.tell(&model, .director(.recorded(lines: Array(lines.prefix(15)))))
        #expect(Models.text(model).contains("generation 10") && !Models.text(model).contains("generation 90"))
        var written = ""
        model.writeDocument { span in written += span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
        #expect(written.split(separator: "\n").count == 2 && written.hasSuffix("\n"))
    }
}

/// A record from a stranger on the screen.
struct HostileRecordTests {
    private static let evil = #"x\u001b[31m\u0007\u202e"#
    private static let flow =
        #""protocol":"tcp","client":{"address":"10.1.0.1","port":1},"virtual":{"address":"10.0.0.100","port":80},"service":{"protocol":"tcp","address":"10.0.0.100","port":80}"#

    private static let lines = [
        #""record":"start","goes_on":false,"observes":true,"kernel":"E""#,
        #""record":"service","change":"added","service":{"protocol":"tcp","address":"10.0.0.100","port":80},"properties":[{"name":"scheduler","after":"E"},{"name":"flags","after":"persistent"},{"name":"persistence_engine","after":"E"}]"#,
        #""record":"server","change":"added","service":{"protocol":"tcp","address":"10.0.0.100","port":80},"destination":{"address":"10.0.0.3","port":80},"properties":[{"name":"method","after":"E"}]"#,
        #""record":"flow","change":"began",FLOW,"verdict":"tracked","ipvs_state":"E","entry_state":"E""#,
        #""record":"setting","name":"net.ipv4.vs.conntrack","after":"E""#,
        #""record":"finding","change":"raised","finding":{"id":"E","severity":"error","subject":{"kind":"director"},"reason":"E"}"#,
        #""record":"finding","change":"raised","finding":{"id":"ends-invalid","severity":"error","subject":{"kind":"director"},"evidence":{"E":1},"reason":"E","remedy":"E","proof":"E"}"#,
        #""record":"minute","seconds":60,"counters":{"E":3}"#, #""record":"drops","rule":"E","packets":3"#,
        #""record":"drops","address":"10.0.0.9","where":"local_in","class":"fin","ctstate":"INVALID","packets":3"#,
        #""record":"loss","what":"E","why":"E""#,
    ]

    @Test("Nothing of a record reaches the terminal that it would act on", arguments: Tab.allCases)
    func hostile(_ tab: Tab) throws {
        var (director, read) = (RecordedDirector(), [RecordLine]())
        for line in Self.lines {
            let text =
                #"{"time":"2025-11-24T16:00:00Z","host":"E","netns":"E","# + line.replacing("FLOW", with: Self.flow)
                + "}"
            let parsed = try #require(RecordLine(Array(text.replacing("E\"", with: Self.evil + "\"").utf8)), "\(text)")
            director.take(parsed)
            read.append(parsed)
        }
        director.settle(at: director.time)
        #expect(director.director.findings.count == 1 && director.flows == 1)
        for size in [Size(columns: 80, rows: 24), Size(columns: 200, rows: 60)] {
            var model = Models.director(tab: tab)
            (model.size, model.director) = (size, director.director)
            let origin = try #require(director.origin)
            model.setting = Model.Setting(
                host: origin.host, networkNamespace: origin.networkNamespace, kernelRelease: origin.kernelRelease)
            model.record = RecordSpan(first: director.time, last: director.time)
            Models.tell(&model, .director(.recorded(lines: read)))
            Models.tell(&model, .director(.readingEnded))
            for key in [Key.down, .character("i")] {
                let screen = view(model)
                for scalar in screen.lines.map(\.text).joined().unicodeScalars {
                    let kind = scalar.properties.generalCategory
                    #expect(kind != .control && kind != .format, "\(tab) has U+\(String(scalar.value, radix: 16))")
                }
                Models.press(&model, key)
            }
        }
    }
}
