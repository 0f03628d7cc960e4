import Addresses

/// What of a filter the kernel is asked to apply itself to a dump of the table. It never leaves out what the filter wants.
struct DumpPlan: Equatable {
    /// A partial tuple. Its addresses are IPv4.
    struct Side: Equatable {
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: UInt16?
        var destinationPort: UInt16?
    }

    /// The family of each request to be sent; 0 is all of them.
    var families: [UInt8] = [0]
    var `protocol`: IPProtocol?
    var original = Side()
    var reply = Side()
    var mark: EntryFilter.Mark?
    /// The bits that are compared, and those of them that must be set.
    var statusMask: Status = []
    var status: Status = []
    var zone: UInt16?

    var comparesTuples: Bool { self.protocol != nil || original != Side() || reply != Side() }
}
