import Foundation
import Testing

/// A bundled capture of a real director, with the reference tools' output at that moment (`Tests/Fixtures`).
struct Fixture: CustomTestStringConvertible, Sendable {
    let name: String

    static let all = ["dr-untracked", "dr-conntrack", "mixed"].map(Fixture.init)

    /// Of version 0.1, which lacks what was added since: statistics, rules, the network.
    static let older = Fixture(name: "older")

    var testDescription: String { name }

    static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let folder = checkout.appendingPathComponent("Tests/Fixtures")

    var capture: String { Self.folder.appendingPathComponent("\(name)/capture").path }

    func peer(_ file: String) throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent("\(name)/\(file)"), encoding: .utf8)
    }

    /// The files of the capture, by their path in it, in a fixed order.
    func files() throws -> [(path: String, bytes: [UInt8])] {
        let base = URL(fileURLWithPath: capture).resolvingSymlinksInPath().path + "/"
        let found = try #require(FileManager.default.enumerator(atPath: capture))
        return try found.compactMap { $0 as? String }.sorted().compactMap { path in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: base + path, isDirectory: &isFolder), !isFolder.boolValue
            else {
                return nil
            }
            return (path, [UInt8](try Data(contentsOf: URL(fileURLWithPath: base + path))))
        }
    }
}
