import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink

/// Receives a reading of a director, in the order that `FlowStore` needs for correct verdicts.
package protocol ReadingSink: AnyObject {
    /// Whether every entry is wanted, not only those of services.
    var wantsWholeTable: Bool { get }

    /// - Parameters:
    ///   - services: empty without IPVS.
    ///   - localAddresses: this host's own, as far as they are known.
    ///   - absence: why there is no IPVS; nil if there is.
    func begin(_ services: [Service], _ sysctls: Sysctls, localAddresses: Set<IPAddress>, absence: KernelError?)
    /// Those that arrived together.
    func take(_ connections: [Connection])
    func endConnections(isWhole: Bool)
    /// A dump of the table begins; called again if the kernel reported that the table changed during the dump.
    func beginEntries()
    /// - Parameter message: what the entry was decoded from, borrowed for the call.
    func take(_ entry: Entry, _ message: RawSpan)
    func endEntries(isWhole: Bool)
    /// For what is between the reader and the store: looking for single flows again, and settling orphans.
    func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value
    /// Called while reading, again and again, with the number of items read so far.
    func progress(_ text: @autoclosure () -> String, at count: Int)
    /// Called after the last query: takes the NEW events that have arrived by then.
    func settle() throws(KernelError)
    /// Called last: finishes the store.
    func finish(_ outcome: ReadOutcome)
}

/// How a reading went.
package struct ReadOutcome: Sendable {
    /// From the first query to the last, in whole seconds.
    package var seconds: UInt32
    /// Whether the connections were read again after the table, so that an entry without one is an orphan.
    package var orphansAreKnown: Bool
    package var losses: [Loss]
    package var connections = ConnectionExtent()
}
