import Addresses
import Inspection
import Reports

/// Observing packets: asking before it begins and before it ends, and what it says when it cannot.
extension Model {
    mutating func toggleObservation() {
        if isObserving { askToStop() } else { askToObserve() }
    }

    mutating func restartWindow() {
        guard isObserving, director.observation.last != nil else { return notice = "no packets are observed (o)" }
        director.restartWindow()
        notice = "findings are about packets from now on; Z: about all of them again"
    }

    mutating func changeSpan() {
        guard isObserving else { return notice = "no packets are observed (o)" }
        let isMinute = director.observation.span == .lastMinute
        director.show(isMinute ? .sinceStart : .lastMinute)
        notice =
            isMinute
            ? "findings are about all packets since counting began" : "findings are about packets of the last minute"
    }

    /// Shows what observing adds to the kernel, and asks for confirmation.
    package mutating func askToObserve() {
        if isCapture {
            notice = "a capture has no packets: observe on a running kernel"
        } else if director.services.isEmpty {
            overlay = .prompt(Prompt(.observe, observedAddresses.map(\.description).joined(separator: " ")))
        } else {
            askToObserve([])
        }
    }

    private mutating func askToObserve(_ addresses: [ObservedSubject]) {
        observedAddresses = addresses
        let whose =
            addresses.isEmpty
            ? Figures.number(director.services.count, "service")
            : addresses.map(\.description).joined(separator: ", ")
        overlay = .question(Question(.observe, Self.question(whose, startsTracking: setting.startsTracking)))
    }

    /// Without services, one says what to observe.
    ///
    /// - Returns: what is wrong with the line; nil if it was accepted.
    mutating func take(addresses line: String) -> String? {
        var addresses: [ObservedSubject] = []
        for word in line.split(whereSeparator: { $0 == " " || $0 == "," }) {
            guard let address = ObservedSubject(address: String(word)) else {
                return "“\(word)” is no address; expected 10.0.0.100, 10.0.0.100:80 or [2001:db8::100]:80"
            }
            addresses.append(address)
        }
        if addresses.isEmpty { return "expected an address, such as 10.0.0.100 or 10.0.0.100:80" }
        askToObserve(addresses)
        return nil
    }

    /// Nothing of it is left in the kernel.
    mutating func endObservation(hasFailed: Bool) {
        (isObserving, isTroubleDismissed) = (false, false)
        if !hasFailed {
            notice = "observing has ended: nothing of it is left in the kernel"
        } else if shownTrouble != nil {
            notice = "observing failed; Esc dismisses the reason"
        } else {
            notice = "observing failed: the tab Health says why"
        }
        if Self.showsCounts(tab) { arrange() }
    }

    /// Why observing failed, where its counts would be, until that is dismissed. Health has it in any case.
    var shownTrouble: String? {
        guard tab.needsIPVS, !isTroubleDismissed else { return nil }
        return director.observation.trouble
    }

    /// The counts go with the table.
    private mutating func askToStop() {
        guard let last = director.observation.last else { return isObserving = false }
        let counts = "\(last.receivedPackets) packets, \(last.droppedPackets) dropped"
        overlay = .question(
            Question(
                .stop,
                [
                    "The table in nf_tables is removed, and with it what was counted since "
                        + "\(last.from.clockText(ahead: setting.clocksAhead).prefix(8)): \(counts)."
                ]))
    }

    /// Starts without asking, for users who requested it on the command line with `--once`.
    package mutating func observe() { isObserving = true }

    private static func question(_ whose: String, startsTracking: Bool) -> [String] {
        [
            "This adds a table to nf_tables, ct-inspect-PID-…, which counts the packets of \(whose) "
                + "by class and ctstate at each hook, before its rules and behind them.",
            "It never accepts, drops or changes a packet. It costs each packet one or two microseconds.",
            "Up to 10 packets per second are traced, to name the rule that drops them; some are logged to this program.",
            "The table is removed when this program exits, even when killed.",
        ]
            + (startsTracking
                ? ["Where no rule matches on ctstate yet, it activates conntrack while observing (--start-tracking)."]
                : [])
    }
}
