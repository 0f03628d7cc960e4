#pragma once

/// From now on the first SIGINT or SIGTERM ends nothing by itself, but makes the descriptor that is returned readable, for good; the
/// second ends the program as ever. Here because a handler of signals may run nothing of Swift's. Returns the errno, negative, when
/// there can be no descriptor; calling it again returns the same one.
int clinux_catch_stop_signals(void);

/// Whether one came.
int clinux_stop_signal_came(void);
