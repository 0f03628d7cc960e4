/// A synchronisation daemon (`ipvsadm --start-daemon`).
public struct Daemon: Equatable, Sendable {
    /// `IP_VS_STATE_MASTER` (1) or `IP_VS_STATE_BACKUP` (2).
    public var state: UInt32 = 0
    /// The interface that it sends or listens on.
    public var interface = ""
    /// Daemons with the same one belong together.
    public var syncID: UInt32 = 0

    /// `master`, `backup`, or the number.
    public var stateName: String { [1: "master", 2: "backup"][state] ?? String(state) }
}
