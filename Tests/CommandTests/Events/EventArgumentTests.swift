import Conntrack
import Testing

@testable import CTInspectCommand

@Suite("Arguments of events")
struct EventArgumentTests {
    @Test(
        "Sizes",
        arguments: [("1", 1), ("64k", 65_536), ("32M", 33_554_432), ("1G", 1 << 30), ("2047M", 2_146_435_072)])
    func sizes(_ text: String, _ bytes: Int) { #expect(ByteCount(argument: text)?.bytes == bytes) }

    @Test("Invalid sizes", arguments: ["", "0", "M", "-1", "9999999999G", "9999999T", "1.5M", "99999999999999999999"])
    func noSizes(_ text: String) { #expect(ByteCount(argument: text) == nil) }

    @Test(
        "Durations",
        arguments: [
            ("3", 3000), ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000),
            ("1.5s", 1500), ("0.25", 250), ("1157d", 99_964_800_000),
        ])
    func spans(_ text: String, _ milliseconds: Int) {
        #expect(TimeSpan(argument: text)?.duration == .milliseconds(milliseconds))
    }

    @Test(
        "Invalid durations",
        arguments: [
            "", "0", "s", "-1s", "1w", "1.5.5s", ".5s", "1.s", "1e3s", "infs", "0.0001s", "1158d",
            "99999999999999999999s",
        ])
    func noSpans(_ text: String) { #expect(TimeSpan(argument: text) == nil) }

    @Test("Kinds are returned in their fixed order, without duplicates")
    func kinds() {
        #expect(EventKinds(argument: "destroy,new,new")?.kinds == [.new, .destroy])
        for text in ["", "new,", "NEW", "gone"] { #expect(EventKinds(argument: text) == nil) }
    }
}
