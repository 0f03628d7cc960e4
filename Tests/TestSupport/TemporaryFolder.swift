import Foundation

/// Passes on the path of a new directory, and removes it with everything in it.
package func inTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ct-inspect-tests-\(UUID().uuidString)")
        .path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

/// Overwrites a file with its bytes as modified by `change`.
package func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
    let url = URL(fileURLWithPath: path)
    var bytes = Array(try Data(contentsOf: url))
    change(&bytes)
    try Data(bytes).write(to: url)
}

/// Paths of the files below a folder, relative to it, sorted.
package func files(below path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path)
        .filter { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return attributes[.type] as? FileAttributeType == .typeRegular
        }
        .sorted()
}
