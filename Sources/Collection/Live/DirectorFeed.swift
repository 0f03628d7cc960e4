import Conntrack
import Inspection
import Netlink

/// What a keeper's `DirectorState` comes from: a director that is read again and again, or its record. What is said here of `LiveDirector`
/// holds for each.
package protocol DirectorFeed: AnyObject {
    var clock: Clocks { get }
    /// The descriptor to poll for what arrives; nil if nothing does.
    var eventDescriptor: CInt? { get }
    var isReadingDue: Bool { get }
    /// How long until the next reading at most.
    var untilReading: Duration { get }
    /// Why the last reading failed.
    var failure: KernelError? { get }

    func begin()
    func tick()
    /// Takes what has arrived.
    ///
    /// - Returns: whether nothing more has arrived.
    @discardableResult func follow() -> Bool
    func keepToDemand()
    func stopUnwanted()
    /// Reads as soon as possible.
    func hurry()
    /// The program was stopped for this long.
    func wasAway(_ span: Duration)
    @discardableResult func read() -> Bool
    /// The entry of a flow as it is now; nil if it has none, or that is not known.
    func entry(of flow: FlowKey) -> Entry?
}
