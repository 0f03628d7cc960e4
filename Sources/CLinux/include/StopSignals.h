#pragma once

/// From now on the first SIGINT, SIGTERM or SIGHUP (unless that is ignored) does not end the program but makes the returned descriptor
/// readable, for good; the second kills it as usual. Here because a signal handler may run no Swift. Returns the negative errno if there can be no descriptor;
/// calling it again returns the same one.
int clinux_catch_stop_signals(void);

/// When they are caught, the second one kills only if it comes so many seconds after the first, and is ignored before: for a result that takes
/// a moment to print, and that impatience must not lose.
void clinux_outlast_stop_signals(int seconds);

/// From now on they do what they did before they were caught: usually they end the program, the first one, too.
void clinux_release_stop_signals(void);

/// Whether one has arrived.
int clinux_stop_signal_came(void);
