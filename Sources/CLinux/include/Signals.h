#pragma once

/// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP and SIGCONT have no effect on the calling thread and threads that
/// it starts, but can be read from the returned descriptor. What was ignored before, such as SIGHUP under nohup, stays ignored.
/// SIGPIPE is ignored. Call it before starting any other thread: one that does not block them would still receive them.
/// Here because Glibc's Swift module lacks signalfd(2). Returns the descriptor, which never blocks, or the negative errno.
int clinux_open_signals(void);

/// The number of the next pending signal, or 0.
int clinux_next_signal(int fd);

/// Stops the process, like SIGTSTP, and returns when it is continued. The shell sees it stopped. The SIGCONT that continues it is not
/// reported: one that is reported follows a SIGSTOP.
void clinux_stop_self(void);

/// Closes the descriptor. The calling thread receives signals as before.
void clinux_close_signals(int fd);
