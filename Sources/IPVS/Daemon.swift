/// A synchronisation daemon (`ipvsadm --start-daemon`).
public struct Daemon: Equatable, Sendable {
    /// `IP_VS_STATE_MASTER` (1) or `IP_VS_STATE_BACKUP` (2).
    public var state: UInt32 = 0
    public var interface = ""
    public var syncID: UInt32 = 0

    public init() {}

    /// `master`, `backup`, or the number.
    public var stateName: String { [1: "master", 2: "backup"][state] ?? String(state) }
}
