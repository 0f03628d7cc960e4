/// A decoder of bytes from outside, with what must hold for whatever it makes of them.
///
/// `run` gets any bytes. It must neither trap nor take long, and must do nothing outside of this process.
struct FuzzTarget: Sendable {
    let name: String
    /// Bytes: longer inputs only take longer.
    let longest: Int
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, longest: Int = 4096, _ run: @escaping @Sendable ([UInt8]) -> Void) {
        (self.name, self.longest, self.run) = (name, longest, run)
    }

    static let all = netlink + conntrack + ipvs + firewall + packets + captures + records + files + words
}

/// What is wrong though nothing trapped.
enum Finding {
    /// Ends the process, so that libFuzzer saves the input.
    static func report(_ what: @autoclosure () -> String) -> Never { fatalError(what()) }

    static func require(_ isTrue: Bool, _ what: @autoclosure () -> String) {
        if !isTrue { report(what()) }
    }
}
