/// Runs a system tool to its end.
///
/// - Parameter script: written to a file, which becomes its last argument.
/// - Returns: its standard output.
/// - Throws: if it fails, with its error output.
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
