import Archives

/// What an archive has, as it is read: which of it is a capture is known at its end only.
struct CaptureArchiveIndex {
    private var places: [String: CaptureArchive.Place] = [:]
    private var members = 0
    private var end: Int64 = 0

    /// Where the content of a member goes; nil for a directory, which has none.
    ///
    /// - Throws: if a capture has no such member.
    mutating func place(for member: TarReader.Member) throws(ArchiveError) -> CaptureArchive.Place? {
        members += 1
        guard members <= CaptureArchive.mostMembers else {
            throw .damaged("it has more than \(CaptureArchive.mostMembers) files and directories")
        }
        guard member.name.utf8.count <= CaptureArchive.longestName else {
            throw .damaged("it has a name of more than \(CaptureArchive.longestName) bytes")
        }
        let path = try Self.path(member.name)
        switch member.kind {
        case .folder: return nil
        case .other(let what): throw .damaged("\(member.name) is \(what)")
        case .file: break
        }
        // The sum, too, which then needs no other check.
        guard member.size <= Int64(CaptureFile.mostBytes) - end else { throw .tooLarge }
        let place = CaptureArchive.Place(start: end, count: member.size)
        guard places.updateValue(place, forKey: path) == nil else { throw .damaged("it has \(member.name) twice") }
        end += member.size
        return place
    }

    /// The path of a member, without what changes nothing: `./lb1//manifest.json`.
    private static func path(_ name: String) throws(ArchiveError) -> String {
        let components = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
            .map { String(Substring($0)) }
            .filter { $0 != "." }
        guard name.utf8.first != UInt8(ascii: "/"), !components.contains("..") else {
            throw .damaged("\(name) leads out of it")
        }
        return components.joined(separator: "/")
    }

    /// The files of the capture, by their paths below its directory: where the manifest is.
    ///
    /// - Throws: if there is none, or more than one.
    func capture() throws(ArchiveError) -> [String: CaptureArchive.Place] {
        let manifest = CaptureFile.manifest
        let roots = places.keys.filter { $0 == manifest || $0.hasSuffix("/" + manifest) }
            .map { String($0.dropLast(manifest.count)) }.sorted()
        guard let root = roots.first else { throw .damaged("it has no \(manifest)") }
        if roots.count > 1 { throw .damaged("it has \(roots.count) captures: \(roots[0]) and \(roots[1])") }
        var files: [String: CaptureArchive.Place] = [:]
        for (path, place) in places where path.hasPrefix(root) { files[String(path.dropFirst(root.count))] = place }
        return files
    }
}
