#pragma once

#include <stddef.h>

// Only named: were it defined here, Swift would take it for this module's own.
struct termios;

/// The most bytes that the guard keeps to restore a terminal. Terminals need fewer than a hundred.
enum { CLINUX_MOST_RESTORING_BYTES = 1024 };

/// Starts a child that puts the terminal behind the descriptor `terminal` in order when this process dies by whatever means
/// (SIGKILL, a crash, exit(3) in the middle) while curses is on. Must come first: before any thread, and before any
/// descriptor that the child should not see even for a moment. Here because Swift may not fork.
/// Returns 0, or the errno: then the functions below do nothing.
int clinux_start_terminal_guard(int terminal);

/// Curses is on. `bytes` bring the terminal back; `before` were its settings, `curses` are those of curses.
void clinux_terminal_guard_on(
    const void *bytes, size_t count, const struct termios *before, const struct termios *curses);

/// Curses is off: there is nothing to restore.
void clinux_terminal_guard_off(void);

/// Ends the guard, which restores nothing any more, and waits until it is gone.
void clinux_end_terminal_guard(void);
