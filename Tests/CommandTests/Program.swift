import Foundation
import Testing

/// The built program, run as a user runs it.
enum Program {
    struct Outcome {
        var status: Int32
        var output: String
        var complaint: String
    }

    /// It is built beside the program that runs the tests.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("ct-inspect")
            .path
    }

    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try shell(#""$0" "$@""#, [path] + arguments, environment: environment)
    }

    /// A line of shell, which gets its words as `$0`, `$1` …
    static func shell(
        _ line: String, _ words: [String], environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line] + words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let folder = try TemporaryFolder()
        let (output, complaint) = (folder.url.appendingPathComponent("out"), folder.url.appendingPathComponent("err"))
        for file in [output, complaint] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaint)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            complaint: try String(contentsOf: complaint, encoding: .utf8))
    }
}

/// A folder that goes away with its holder.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("ct-inspect-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
