import Glibc

/// How the process takes the signals that curses would handle.
///
/// Curses leaves SIGTSTP alone for good where newterm finds that somebody handles it. Else it would ignore it at each refresh
/// (`_nc_signal_handler` in ncurses' lib_tstp.c), and the kernel would throw away a Ctrl-Z that waits to be read.
struct SignalActions {
    private let actions: [(number: CInt, action: sigaction)] = [SIGINT, SIGTERM, SIGTSTP, SIGWINCH].map { number in
        var action = sigaction()
        sigaction(number, nil, &action)
        return (number, action)
    }

    init() {
        var handled = sigaction()
        handled.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGTSTP, &handled, nil)
    }

    func restore() {
        for (number, action) in actions {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
