import Collection
import Glibc
import Netlink
import SystemPackage
import Terminal

/// Prints one screen of a session as text.
struct WatchPrinter {
    private let session: WatchSession

    init(_ session: WatchSession, _ screen: ScreenOptions) {
        self.session = session
        // From the locale only the encoding.
        setlocale(LC_CTYPE, "")
        let isUnicode = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) == "UTF-8" } ?? false
        session.change { $0.setting.glyphs = Glyphs(isUnicode: isUnicode) }
    }

    /// Reads twice: the second reading reveals what an entry without a connection is.
    ///
    /// - Parameter interval: how long to wait in between; nil for not at all.
    /// - Throws: if nothing could be read; what there is was printed then.
    func print(afterInterval interval: Duration?) throws(KernelError) {
        session.begin()
        session.observeUnasked()
        session.keepToDemand()
        session.read()
        if let interval { try wait(interval) }
        session.tick()
        session.read()
        session.arrange(for: .seconds(60))
        var lines = view(session.model).text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty == true { lines.removeLast() }
        Output.print(lines.map(String.init))
        if let failure = session.feed.failure { throw failure }
    }

    private func wait(_ interval: Duration) throws(KernelError) {
        let waiter = try Waiter(output: .standardOutput, catchingStops: false)
        let end = session.feed.clock.elapsed() + interval
        while session.feed.clock.elapsed() < end {
            session.feed.follow()
            session.keepToDemand()
            let rest = min(end - session.feed.clock.elapsed(), .milliseconds(200))
            if try waiter.wait(upTo: rest) == .readerGone { return }
        }
    }
}
