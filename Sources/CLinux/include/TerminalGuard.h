#pragma once

#include <stddef.h>

// Only declared: were it defined here, Swift would take it for this module's own.
struct termios;

/// The maximum number of bytes that the guard stores to restore a terminal. Terminals need fewer than a hundred.
enum { CLINUX_MOST_RESTORING_BYTES = 1024 };

/// Starts a child that restores the terminal of descriptor `terminal` if this process dies in any way (SIGKILL, a crash, exit(3) in the
/// middle) while curses is on. Call it first: before starting any thread, and before opening any descriptor that the child must not
/// inherit even briefly. Here because Swift may not fork. Returns 0, or the errno: the functions below do nothing then.
int clinux_start_terminal_guard(int terminal);

/// Curses is on. `bytes` restore the terminal; `before` were its settings, `curses` are those of curses.
void clinux_terminal_guard_on(
    const void *bytes, size_t count, const struct termios *before, const struct termios *curses);

/// Curses is off: there is nothing to restore.
void clinux_terminal_guard_off(void);

/// Ends the guard, which no longer restores anything, and waits until it is gone.
void clinux_end_terminal_guard(void);
