import Foundation
import Testing

/// Screens as text, in `Tests/Screens`: the effect of a change is visible in the diff. With `CT_INSPECT_RECORD=1` they
/// are rewritten, and the test fails, so that a recording is never mistaken for a pass.
package enum ScreenSnapshot {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Screens")

    /// Compares a screen with the one stored under a name.
    package static func expect(
        _ screen: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["CT_INSPECT_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try screen.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(name)", sourceLocation: sourceLocation)
            return
        }
        let known = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            known == screen, "\(name): known is\n\(known ?? "nothing")\nand now it is\n\(screen)",
            sourceLocation: sourceLocation)
    }
}
