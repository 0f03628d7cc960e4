/// How an observation table is made.
public struct ObservationOptions: Equatable, Sendable {
    /// How many elements each counting set may have.
    public var setSize = 8192
    /// Trace at most so many packets a second; nil traces none.
    public var traceRate: Int?
    /// Hand so many packets of each cell (class, ctstate, address and port) to an NFLOG group.
    public var samples: Samples?

    /// How many packets are handed over, and to whom.
    public struct Samples: Equatable, Sendable {
        /// How many of each cell.
        public var count: Int
        /// So many more a second, once they are spent; nil for none.
        public var perSecond: Int?
        /// The NFLOG group that they go to.
        public var group: UInt16

        /// At most `count` of each cell, and `perSecond` more once they are spent.
        public init(count: Int, perSecond: Int? = nil, group: UInt16) {
            self.count = count
            self.perSecond = perSecond
            self.group = group
        }
    }

    /// No traces and no samples.
    public init() {}
}
