/// What is watched.
enum WatchScene {
    /// A capture with this many IPVS connections.
    case flows
    /// This kernel's table with this many entries.
    case table

    func title(_ entries: Int) -> String {
        switch self {
        case .flows: "watch: \(entries) connections of IPVS, from a capture"
        case .table: "watch: a table of \(entries) entries, live"
        }
    }
}

/// The role of a run in the differences.
enum WatchRole: String, Codable {
    /// Opens the capture and verifies its checksums.
    case opening
    /// The same, then reads the capture twice and prints one screen.
    case twoReadings
    /// The same on a terminal, and a few more times.
    case someReadings
    /// Even more often.
    case manyReadings
    /// Reads a capture of a few connections twice.
    case fewFlows
    /// The kernel's own part of the first reading.
    case floor
    /// The kernel's own part of readings a second apart.
    case pacedFloor
    case emptyTable
    case fullTable
    /// Keys are pressed while the table is filtered by a text.
    case keys
}
