import Testing

@testable import benchmarks

@Suite struct MeasureTests {
    @Test func readsWhatAProgramTook() throws {
        let measured = try Measured("0 1500000000 250000 125000 2048")
        #expect(measured.status == 0)
        #expect(measured.figures.wallSeconds == 1.5)
        #expect(measured.figures.userSeconds == 0.25)
        #expect(measured.figures.systemSeconds == 0.125)
        #expect(measured.figures.peakMebibytes == 2)
        #expect(measured.figures.firstRowSeconds == nil)
        #expect(measured.rows == nil)
    }

    @Test func readsWhatCameThroughAPipe() throws {
        let measured = try Measured("0 1500000000 250000 125000 2048 500000000 20 1000")
        #expect(measured.figures.firstRowSeconds == 0.5)
        #expect(measured.figures.outputBytes == 1000)
        #expect(measured.rows == 20)
        let silent = try Measured("256 1500000000 250000 125000 2048 0 0 0")
        #expect(silent.status == 256)
        #expect(silent.figures.firstRowSeconds == nil)
        #expect(silent.rows == 0)
    }

    @Test(arguments: ["", "0 1 2 3", "0 1 2 3 4 5"])
    func refusesWhatMeasureDoesNotSay(_ line: String) {
        #expect(throws: Failure.self) { try Measured(line) }
    }

    @Test func takesTheMedianOfFirstRows() {
        func figures(_ firstRow: Double?) -> Figures {
            Figures(
                wallSeconds: 1, userSeconds: 1, systemSeconds: 0, peakMebibytes: 1, outputBytes: 0,
                firstRowSeconds: firstRow)
        }
        #expect(Figures.summary(of: [figures(3), figures(1), figures(2)])?.firstRowSeconds == 2)
        #expect(Figures.summary(of: [figures(nil)])?.firstRowSeconds == nil)
    }
}
