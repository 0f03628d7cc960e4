/// What becomes of a packet filter's rules when the files of a unit are loaded again, as it was tried.
package struct RuleReload: Equatable, Sendable {
    /// Rules that are there now, and are gone then, each with its place: `inet filter input “tcp dport 80 accept”`.
    package var lost: [String] = []
    /// Rules that are not there now, and are there then.
    package var gained: [String] = []
    /// Tables that others load, and that are gone then: `table inet lvs-notrack`.
    package var lostTables: [String] = []
    /// Of systemd; nil where that does not load them.
    package var unit: String?
    /// Those that are loaded.
    package var files: [String] = []
    /// Why rules may be lost or gained that are not listed; nil if none are.
    package var doubt: String?

    package init() {}
}
