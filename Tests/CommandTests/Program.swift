import Foundation
import TestSupport

/// The built program, run the way a user runs it, in the calling thread's network namespace.
enum Program {
    struct Outcome {
        var status: Int32
        var output: String
        var complaint: String
    }

    /// It is built beside the test program.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("ct-inspect")
            .path
    }

    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try shell(#""$0" "$@""#, [path] + arguments, environment: environment)
    }

    /// A shell command line, which gets its words as `$0`, `$1` …
    static func shell(
        _ line: String, _ words: [String], environment: [String: String] = [:]
    ) throws -> Outcome {
        let outcome = try Tool.outcome(of: "/bin/bash", ["-c", line] + words, environment: environment)
        return Outcome(status: outcome.status, output: outcome.output, complaint: outcome.errors)
    }
}

/// A directory that is removed with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("ct-inspect-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
