#pragma once

/// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP and SIGCONT do nothing to the calling thread, nor to threads
/// that it starts, but can be read from the descriptor that is returned. What was ignored before, as SIGHUP is under nohup,
/// stays ignored. Must come before any other thread: one that does not block them would still get them.
/// Here because Glibc's Swift module lacks signalfd(2). Returns the descriptor, which never blocks, or the errno, negative.
int clinux_open_signals(void);

/// The number of the next signal that came, or 0.
int clinux_next_signal(int fd);

/// Stops the process, as SIGTSTP would have done, and returns when it is continued. The shell sees it stopped. The SIGCONT that
/// continues it is not handed out: one that is comes after a SIGSTOP.
void clinux_stop_self(void);

/// Closes the descriptor. The calling thread gets signals as it did before.
void clinux_close_signals(int fd);
