/// Which paths a capture knows, by the directory that they are in: of its files, and of what could not be read. A stranger's capture may have
/// any number of them, so each is looked at once.
struct CaptureContents {
    private var names: [String: Set<String>] = [:]

    /// The kernel's own are at most half as deep.
    static let deepest = 16

    /// Leaves out what is no path below the directory, or a deeper one.
    init(_ paths: some Sequence<String>) {
        for path in paths {
            guard let components = Folder.components(of: path), components.count <= Self.deepest else { continue }
            var folder = ""
            for component in components {
                names[folder, default: []].insert(component)
                folder += folder.isEmpty ? component : "/" + component
            }
        }
    }

    /// Whether something is known to be below it.
    func isFolder(_ path: String) -> Bool { names[path] != nil }

    func names(in folder: String) -> Set<String> { names[folder] ?? [] }
}
