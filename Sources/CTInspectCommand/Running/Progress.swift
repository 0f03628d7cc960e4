import Collection
import Glibc
import SystemPackage

/// A progress line on standard error for long work, if that is a terminal.
final class Progress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var isOnScreen = false
    private var next: ContinuousClock.Instant
    private var last = 0

    private static let patience = Duration.milliseconds(300)
    private static let interval = Duration.milliseconds(200)

    init() { next = .now + Self.patience }

    /// - Parameter count: the progress; the clock is only checked every few steps.
    func show(_ text: @autoclosure () -> String, at count: Int) {
        guard isShown, count < last || count - last >= 64 || count == 0 else { return }
        last = count
        guard case let now = ContinuousClock.now, now >= next else { return }
        next = now + Self.interval
        isOnScreen = true
        write("\r\u{1B}[K\(text())")
    }

    func end() {
        if isOnScreen { write("\r\u{1B}[K") }
        isOnScreen = false
    }

    /// For readers in Collection, which do not print.
    var reading: ReadingProgress {
        ReadingProgress { text, count in
            self.show(text(), at: count)
        } end: {
            self.end()
        }
    }

    private func write(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8)) }
}
