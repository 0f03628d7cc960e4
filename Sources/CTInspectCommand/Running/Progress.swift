import Collection
import Glibc
import SystemPackage

/// A progress line on standard error for long work, if that is a terminal.
final class Progress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var isOnScreen = false

    /// - Parameter count: the progress; the clock is only checked every few thousand steps.
    func show(_ text: @autoclosure () -> String, at count: Int) {
        guard isShown, count & 0x1FFF == 0, count > 0, ContinuousClock.now - start > .seconds(1) else { return }
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
