import Foundation
import Netlink
import Processes
import Testing

@Suite struct ChildProcessTests {
    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func givesOutputErrorsAndStatus() throws {
        let outcome = try ChildProcess.run(["sh", "-c", "echo one; echo two >&2; exit 3"])
        #expect(outcome.end == .status(3))
        #expect(Self.lines(outcome.output) == ["one"])
        #expect(Self.lines(outcome.errors) == ["two"])
    }

    @Test func readsWhatItIsGiven() throws {
        let input = [UInt8](repeating: 97, count: 1 << 20)
        let outcome = try ChildProcess.run(["cat"], input: input)
        #expect(outcome.hasSucceeded)
        #expect(outcome.output == input)
    }

    @Test func hasNothingOfOurs() throws {
        let outcome = try ChildProcess.run(["sh", "-c", "env; pwd; ls /proc/self/fd"], environment: ["ONE=two words"])
        let lines = Self.lines(outcome.output)
        let names = Set(lines.filter { $0.contains("=") }.compactMap { $0.split(separator: "=").first })
        #expect(names == ["PATH", "LC_ALL", "HOME", "ONE", "PWD"])
        #expect(lines.contains("/"))
        // Standard input, output, errors, and what ls itself opens.
        #expect(lines.filter { Int($0) != nil } == ["0", "1", "2", "3"])
    }

    @Test func staysInOurFolderOnlyIfToldTo() throws {
        let here = try ChildProcess.run(["pwd"], staysInFolder: true)
        #expect(Self.lines(here.output) == [FileManager.default.currentDirectoryPath])
        let root = try ChildProcess.run(["pwd"])
        #expect(Self.lines(root.output) == ["/"])
    }

    @Test func endsWhatTakesTooLongWithAllItStarted() throws {
        let start = ContinuousClock.now
        let error = #expect(throws: KernelError.self) {
            try ChildProcess.run(["sh", "-c", "sleep 600 & sleep 600"], within: .milliseconds(200))
        }
        #expect(error?.description.contains("took longer") == true)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func saysThatAProgramIsNotInstalled() {
        let error = #expect(throws: KernelError.self) { try ChildProcess.run(["no-such-program-here"]) }
        #expect(error?.cause == .absent)
    }

    @Test func tellsASignal() throws {
        #expect(try ChildProcess.run(["sh", "-c", "kill -9 $$"]).end == .signal(9))
    }
}
