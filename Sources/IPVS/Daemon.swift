/// A synchronisation daemon (`ipvsadm --start-daemon`).
package struct Daemon: Equatable, Sendable {
    /// `IP_VS_STATE_MASTER` (1) or `IP_VS_STATE_BACKUP` (2).
    package var state: UInt32 = 0
    /// The interface that it sends or listens on.
    package var interface = ""
    /// Daemons with the same one belong together.
    package var syncID: UInt32 = 0

    /// `master`, `backup`, or the number.
    package var stateName: String { [1: "master", 2: "backup"][state] ?? String(state) }
}
