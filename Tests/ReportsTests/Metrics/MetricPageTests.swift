import Testing

@testable import Reports

struct MetricPageTests {
    private static let entries = Metric("entries", .gauge, "Entries.")
    private static let bytes = Metric("bytes", .counter, .bytes, "Bytes.")

    private static func text(_ page: MetricPage, _ format: MetricFormat = .prometheus) -> String {
        var (text, bytes) = (page.text(format), [UInt8]())
        while let piece = text.next() { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func families(netns: String?, _ numbers: [UInt64]) -> MetricFamilies {
        var families = MetricFamilies(netns.map { MetricLabels(["netns": $0]) } ?? MetricLabels())
        for (position, number) in numbers.enumerated() {
            families.add(Self.entries, ["n": String(position)], number)
            families.add(Self.bytes, ["n": String(position)], number * 1000)
        }
        return families
    }

    @Test("The two formats differ in the heading, the unit and the end")
    func formats() {
        var page = MetricPage()
        page.add(Self.families(netns: nil, [7]))
        #expect(
            Self.text(page) == """
                # HELP ctinspect_entries Entries.
                # TYPE ctinspect_entries gauge
                ctinspect_entries{n="0"} 7
                # HELP ctinspect_bytes_total Bytes.
                # TYPE ctinspect_bytes_total counter
                ctinspect_bytes_total{n="0"} 7000

                """)
        #expect(
            Self.text(page, .openMetrics) == """
                # HELP ctinspect_entries Entries.
                # TYPE ctinspect_entries gauge
                ctinspect_entries{n="0"} 7
                # HELP ctinspect_bytes Bytes.
                # TYPE ctinspect_bytes counter
                # UNIT ctinspect_bytes bytes
                ctinspect_bytes_total{n="0"} 7000
                # EOF

                """)
    }

    @Test("A metric of two network namespaces comes once, with the samples of both")
    func twoSources() {
        var (page, other) = (MetricPage(), MetricPage())
        page.add(Self.families(netns: "a", [1]))
        other.add(Self.families(netns: "b", [2]))
        page.add(other)
        let samples = Self.text(page).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"ctinspect_entries{netns="a",n="0"} 1"#, #"ctinspect_entries{netns="b",n="0"} 2"#,
                #"ctinspect_bytes_total{netns="a",n="0"} 1000"#, #"ctinspect_bytes_total{netns="b",n="0"} 2000"#,
            ])
    }

    @Test("A long page comes in pieces that together are the page")
    func pieces() {
        var page = MetricPage()
        page.add(Self.families(netns: nil, Array(0..<20_000)))
        var (text, pieces) = (page.text(.openMetrics), [[UInt8]]())
        while let piece = text.next() { pieces.append(piece) }
        #expect(pieces.count > 10)
        #expect(pieces.allSatisfy { $0.count < 66 << 10 })
        let lines = String(decoding: Array(pieces.joined()), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 40_000 + 6)
        #expect(lines.last == "# EOF")
        #expect(lines.count { $0.hasPrefix("# TYPE") } == 2)
        #expect(lines.contains(#"ctinspect_bytes_total{n="19999"} 19999000"#))
    }

    @Test("Too many series: whole metrics are left out, and smaller ones behind them stay")
    func limit() {
        var page = MetricPage()
        page.add(Self.families(netns: nil, [1, 2, 3]))
        var few = MetricFamilies()
        few.add(Metric("few", .gauge, "Few."), 1)
        page.add(few)
        #expect(page.limit(to: 7) == 0)
        #expect(page.limit(to: 4) == 3)
        let samples = Self.text(page).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples.map { $0.prefix { $0 != "{" && $0 != " " } } == Array(repeating: "ctinspect_entries", count: 3) + [
                "ctinspect_few"
            ])
        #expect(page.limit(to: 0) == 4)
        #expect(Self.text(page, .openMetrics) == "# EOF\n")
    }

    @Test("Values of labels cannot end a label, a line, or reach a terminal")
    func escaping() {
        #expect(
            String(decoding: MetricLabels(["a": "q\"b\\n\nx\u{1B}[2J"]).bytes, as: UTF8.self)
                == #"a="q\"b\\n\\u{a}x\\u{1b}[2J""#)
    }

    @Test(
        "Numbers",
        arguments: [
            (MetricValue.whole(0), "0"), (.whole(.max), "18446744073709551615"), (.real(0.25), "0.25"),
            (.real(-1), "-1.0"),
        ])
    func numbers(_ value: MetricValue, _ text: String) {
        var (families, page) = (MetricFamilies(), MetricPage())
        families.add(Self.entries, MetricLabels(), value)
        page.add(families)
        #expect(Self.text(page).hasSuffix("ctinspect_entries \(text)\n"))
    }

    @Test("Help has nothing that must be escaped, names are each used once, units are the end of names")
    func names() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all {
            #expect(!metric.help.contains { "\"\\\n".contains($0) } && metric.help.hasSuffix("."))
            #expect(!metric.name.hasSuffix("_total"))
            if let unit = metric.unit { #expect(metric.name.hasSuffix("_\(unit.rawValue)")) }
        }
    }

    @Test(
        "Which format a client gets",
        arguments: [
            ([], MetricFormat.prometheus), (["*/*"], .prometheus), (["text/plain"], .prometheus),
            (["text/html,application/xhtml+xml,*/*;q=0.8"], .prometheus),
            (["application/openmetrics-text"], .openMetrics),
            (["application/openmetrics-text; version=1.0.0; charset=utf-8"], .openMetrics),
            // Prometheus 2.42, then 3.0.
            (
                [
                    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
                ], .openMetrics
            ),
            (
                [
                    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
                ], .openMetrics
            ),
            (["application/openmetrics-text;q=0, */*;q=0.1"], .prometheus),
            (["application/openmetrics-text;version=0.0.1"], .prometheus),
            (["application/openmetrics-text;q=0.4", "text/plain;q=0.5"], .prometheus),
            ([";;;,,q=,text/plain;q=x"], .prometheus),
        ])
    func negotiation(_ headers: [String], _ format: MetricFormat) {
        #expect(MetricFormat(accepted: headers) == format)
    }
}
