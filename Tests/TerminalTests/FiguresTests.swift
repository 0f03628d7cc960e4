import Addresses
import Reports
import Testing

@testable import Terminal

/// The short form of numbers.
struct FiguresTests {
    @Test(
        "Rates, ages, counts",
        arguments: [
            (Figures.rate(0), "0"), (Figures.rate(0.34), "0.3"), (Figures.rate(9.96), "10"),
            (Figures.rate(1234), "1234"),
            (Figures.rate(12_345), "12.3k"), (Figures.rate(9.9999e8), "1.0G"), (Figures.rate(5e12), "5.0T"),
            (AgeText.of(59), "59s"),
            (AgeText.of(192), "3m12s"), (AgeText.of(7500), "2h05m"), (AgeText.of(273_600), "3d04h"),
            (Figures.time(.milliseconds(12)), "12 ms"), (Figures.time(.milliseconds(1500)), "1.5 s"),
            (Figures.percent(0.123), "12.3 %"),
            (start(0), "15:00:00"), (start(86_399), "15:00:01"), (start(86_400), "2025-11-23"),
        ])
    func words(_ written: String, _ expected: String) { #expect(written == expected) }

    /// What began so many seconds before 2025-11-24T14:00:00Z, an hour ahead of UTC.
    private static func start(_ seconds: UInt64) -> String {
        let now = Moment(nanoseconds: 1_763_992_800_000_000_000)
        return Figures.start(
            Moment(nanoseconds: now.nanoseconds - seconds * 1_000_000_000), now: now, clocksAhead: 3600)
    }

    @Test(
        "Histories: zero is the lowest bar, unknown a blank, the maximum the full height; ASCII as a fallback"
    )
    func history() {
        let values: [Double?] = [nil, 0, 1, 4, 8]
        #expect(Glyphs(isUnicode: true).history(values, width: 9) == " ▁▂▅█")
        #expect(Glyphs(isUnicode: false).history(values, width: 3) == ".+@")
        #expect(Glyphs(isUnicode: true).history([0, 0], width: 9) == "▁▁")
        #expect(Glyphs(isUnicode: false).gauge(0.5, width: 4) == "##..")
        #expect(Glyphs(isUnicode: true).gauge(7, width: 2) == "██")
    }
}
