import Foundation
import Testing

/// Screens as text, in `Tests/Screens`: what a change does to them is seen in its diff. With `CT_INSPECT_RECORD=1` they are written anew, and
/// the test fails, so that nobody takes a recording for a pass.
package enum ScreenSnapshot {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Screens")

    /// Compares a screen with the one that is kept under a name.
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
