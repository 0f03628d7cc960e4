import Reports
import Testing

struct LabelNamesTests {
    @Test func aFileWithoutNamesHasNone() {
        #expect(LabelNames("") == nil)
        #expect(LabelNames("# 1 one\n1024 beyond\n-1 below\n5\n6 not_plain\nx none\n") == nil)
    }

    @Test func theFirstOfANumberAndTheFirstOfANameCount() throws {
        let names = try #require(LabelNames("1 one\n1 uno\n0x2 one\n\t010  eight ball\t\r\n3three"))
        #expect(names[1] == "one")
        #expect(names[2] == nil)
        #expect(names[8] == "eight ball")
        #expect(names[3] == "three")
    }
}
