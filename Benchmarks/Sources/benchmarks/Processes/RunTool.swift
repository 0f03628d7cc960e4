/// Runs a tool of the system to its end.
///
/// - Parameter script: written to a file, which is its last argument.
/// - Returns: what it wrote to its standard output.
/// - Throws: when it fails, with what it said.
@discardableResult
func runTool(
    _ words: [String], script: String? = nil, patience: Duration = .seconds(20), in workspace: Workspace
) throws -> String {
    var words = words
    if let script {
        try overwrite(workspace.path(.script), with: script)
        words.append(workspace.path(.script))
    }
    let complaint = workspace.path(.complaint)
    var child = try Child(words, output: workspace.path(.answer), errors: complaint)
    let ending = try child.wait(within: patience)
    guard ending.isSuccess else {
        let name = words.first ?? ""
        throw Failure(.unavailable, "\(name): \(describe(status: ending.status)): \(try firstLine(of: complaint))")
    }
    return try readText(of: workspace.path(.answer))
}
