#pragma once

/// From now on the first SIGINT or SIGTERM ends nothing by itself, but is remembered; the second ends the program as ever.
/// Here because a handler of signals may run nothing of Swift's.
void clinux_catch_stop_signals(void);

/// Whether one came.
int clinux_stop_signal_came(void);
