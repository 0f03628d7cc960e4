import Conntrack
import IPVS
import Inspection
import Netlink

/// What a reading of a director goes into, in the order in which `FlowStore` makes true verdicts of it.
package protocol ReadingSink: AnyObject {
    /// Whether every entry is wanted, not only those of services.
    var wantsWholeTable: Bool { get }

    /// - Parameters:
    ///   - services: none where there is no IPVS.
    ///   - absence: why there is no IPVS.
    func begin(_ services: [Service], _ sysctls: Sysctls, absence: KernelError?)
    func take(_ connection: Connection)
    func endConnections(isWhole: Bool)
    /// The table comes; again, when the kernel said that it changed under the dump.
    func beginEntries()
    /// - Parameter message: what the entry was decoded from, borrowed for the call.
    func take(_ entry: Entry, _ message: RawSpan)
    func endEntries(isWhole: Bool)
    /// Looking for single flows once more, and settling orphans, is between the reader and the store.
    func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value
    /// Called once in a while when nothing else is.
    func progress(_ text: @autoclosure () -> String, at count: Int)
    /// The last question has been answered: takes the NEW events that came until now.
    func settle() throws(KernelError)
    /// The store is to be finished.
    func finish(_ outcome: ReadOutcome)
}

/// What a reading came to.
package struct ReadOutcome: Sendable {
    /// From the first question to the last, in whole seconds.
    package var seconds: UInt32
    /// Whether the connections were read again after the table, so that an entry without one is an orphan.
    package var orphansAreKnown: Bool
    package var losses: [Loss]
}
