import CLinux
import Collection
import Glibc
import Inspection
import Reports

/// Prints observations: once at the end, once per tick, or in place on a terminal.
final class ObservationDisplay {
    enum Manner {
        /// Text at the end.
        case text
        /// One JSON document at the end.
        case document
        /// A JSON document per tick.
        case stream
        /// Text updated in place.
        case live
    }

    private let manner: Manner
    private let style: Style
    private let filter: ObservationFilter?
    /// Lines on the terminal that will be overwritten.
    private var linesOnScreen = 0

    init(_ manner: Manner, _ style: Style, _ filter: ObservationFilter?) {
        self.manner = manner
        self.style = style
        self.filter = filter
    }

    func show(_ observation: Observation) {
        switch manner {
        case .text, .document: break
        case .stream: observation.writeJSON(filter: filter, to: Output.write)
        case .live: redraw(observation)
        }
    }

    func end(_ observation: Observation) {
        erase()
        switch manner {
        case .document, .stream: observation.writeJSON(filter: filter, to: Output.write)
        case .text, .live: Output.print(lines(observation, style))
        }
    }

    /// A line wider than the terminal, or more lines than it has, could not be overwritten.
    private func redraw(_ observation: Observation) {
        let room = max(1, Int(clinux_terminal_rows(STDOUT_FILENO)) - 1)
        let shown = lines(observation, .plain).prefix(room).map { String($0.prefix(Output.width ?? .max)) }
        erase()
        Output.print(shown)
        linesOnScreen = shown.count
    }

    private func lines(_ observation: Observation, _ style: Style) -> [String] {
        observation.text(style, width: Output.width, filter: filter, clocksAhead: Clocks.localOffset)
    }

    private func erase() {
        guard linesOnScreen > 0 else { return }
        Output.write(Array("\u{1B}[\(linesOnScreen)A\r\u{1B}[J".utf8).span.bytes)
        linesOnScreen = 0
    }
}
