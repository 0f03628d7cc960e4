import Inspection
import Testing

@testable import Terminal

/// The tab of the findings, and the worst of them in the banner.
struct FindingRowTests {
    private func banner(_ model: Model) -> String {
        model.layout.banner.map(\.text).joined(separator: " ").split(separator: " ").joined(separator: " ")
    }

    private func health(_ trial: Fact<Trial>, isFull: Bool = false, rows: Int = 60) -> Model {
        var model = Models.director(160, rows, tab: .findings)
        Models.check(&model, Models.checks(trial, isFull: isFull))
        return model
    }

    @Test("A finding of the trial is in Findings, and in the banner with its rule, before any packet was observed")
    func trial() throws {
        var model = health(.known(Models.trial()))
        let row = try #require(Models.rows(model).first)
        #expect(row.hasPrefix("invalid-dropped") && row.contains("warning") && row.contains("tcp 10.0.0.100:80"))
        #expect(row.contains("accept FIN, RST and ICMP errors to 10.0.0.100"))
        #expect(banner(model).isEmpty)
        model.turn(to: .services)
        #expect(banner(model).contains("invalid-dropped"))
        #expect(banner(model).contains("ip filter INPUT handle 6 (ct state invalid drop)"))
        // How that is known is for the details.
        #expect(!banner(model).contains("in a sandbox on"))
    }

    @Test("The banner has the worst finding, and how many more have to be done something about")
    func worst() {
        var model = health(.known(Models.trial(acks: true)), isFull: true)
        let troubles = model.director.findings.count(where: \.isTrouble)
        #expect(troubles >= 3)
        model.turn(to: .flows)
        #expect(banner(model).contains("invalid-dropped (\(troubles - 1) more in Findings): The packet filter drops"))
        Models.check(&model, Models.checks(.known(Trial()), isFull: true))
        #expect(banner(model).hasPrefix("no-dest"))
        Models.check(&model, Models.checks(.known(Trial())))
        #expect(!banner(model).contains("no-dest") && !banner(model).contains("invalid-dropped"))
    }

    @Test("Enter shows what a finding is based on, what helps, and how to prove it; another row says how to get there")
    func detail() {
        var model = health(.known(Models.trial()))
        Models.press(&model, .enter)
        let text = Models.text(model).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("These rules did that in a sandbox on Linux 6.1.0"))
        for words in ["tcp_new", "services=1 kinds_dropped=1", "To fix it, accept FIN", "man ct-inspect-findings"] {
            #expect(text.contains(words), "\(words)")
        }
        #expect(text.contains("ct-inspect observe beside a few visits"))
        #expect(text.contains("ct-inspect check --only invalid-dropped"))
        Models.press(&model, .end)
        #expect(model.selectedFinding == nil && Models.text(model).contains("Select a finding"))
        Models.press(&model, .enter)
        #expect(!Models.text(model).contains("Select a finding"))
        Models.press(&model, .home)
        #expect(model.selectedFinding?.id == .invalidDropped)
    }

    @Test("What could not be checked is said with the reason, and so is that the checks failed")
    func notMade() {
        var model = health(.unreadable("the packet filter is being tried"))
        let untried =
            "invalid-dropped, new-acks-dropped, icmp-not-accepted, local-answers-dropped, new-limit, notrack-half: the packet filter is being tried"
        #expect(Models.text(model).contains(untried))
        #expect(Models.rows(model).allSatisfy { !$0.hasPrefix("invalid-dropped") })
        model.director.missChecks(because: "cannot read anything")
        #expect(Models.text(model).contains("Checks   cannot read anything"))
    }

    @Test("Before the checks are made, that is said")
    func unmade() {
        #expect(Models.text(Models.director(120, 40, tab: .findings)).contains("Checks   being made"))
    }

    @Test("What two have found about the same thing is one finding: the worse")
    func same() {
        var model = Models.director(120, 40)
        let before = model.director.findings
        #expect(before.contains { $0.severity == .warning })
        var report = Models.checks(.known(Trial()))
        report.findings = before.map { finding in
            var finding = finding
            finding.severity = finding.severity == .warning ? .error : .info
            return finding
        }
        Models.check(&model, report)
        #expect(model.director.findings.count == before.count)
        #expect(model.director.findings.map(\.severity).max() == .error)
        #expect(model.director.findings.allSatisfy { $0.severity != .warning })
    }

    @Test("Ten thousand findings make a screen no slower than ten: only visible rows become text")
    func many() {
        var model = Models.director(120, 40, tab: .findings)
        var report = Models.checks(.known(Models.trial()))
        if let first = report.findings.first { report.findings = Array(repeating: first, count: 10_000) }
        Models.check(&model, report)
        Models.press(&model, .character("G"))
        #expect(model.list.selected == model.listCount - 1 && model.listCount > 10_000)
        Models.press(&model, .home, .pageDown)
        #expect(Models.rows(model).filter { $0.hasPrefix("invalid-dropped") }.count == model.page)
    }
}
