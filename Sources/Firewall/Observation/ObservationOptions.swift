/// How an observation table is made.
package struct ObservationOptions: Equatable, Sendable {
    /// How many elements each counting set may have.
    package var setSize = 8192
    /// Trace at most so many packets a second; nil traces none.
    package var traceRate: Int?
    /// Hand so many packets of each cell (class, ctstate, address and port) to an NFLOG group.
    package var samples: Samples?

    /// How many packets are handed over, and to whom.
    package struct Samples: Equatable, Sendable {
        /// How many of each cell.
        package var count: Int
        /// So many more a second, once they are spent; nil for none.
        package var perSecond: Int?
        /// The NFLOG group that they go to.
        package var group: UInt16

        /// At most `count` of each cell, and `perSecond` more once they are spent.
        package init(count: Int, perSecond: Int? = nil, group: UInt16) {
            self.count = count
            self.perSecond = perSecond
            self.group = group
        }
    }

    /// No traces and no samples.
    package init() {}
}
