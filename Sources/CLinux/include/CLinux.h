#pragma once

#include "CharacterWidth.h"
#include "Datagrams.h"
#include "Signals.h"
#include "StopSignals.h"
#include "TerminalGuard.h"

/// Moves the calling thread into the namespace behind `fd`. Here because Glibc's Swift module is
/// built without _GNU_SOURCE and so lacks setns(2). Returns 0, or the errno.
int clinux_enter_network_namespace(int fd);

/// Gives the calling thread a new, empty network namespace. Returns 0, or the errno.
int clinux_new_network_namespace(void);

/// Columns of the terminal behind `fd`, or 0 when it is none. Here because ioctl(2) is variadic.
int clinux_terminal_columns(int fd);

/// Likewise its rows.
int clinux_terminal_rows(int fd);

/// Keeps only CAP_NET_ADMIN (of what the thread has) effective and permitted, and CAP_CHOWN when `and_chown` is not 0.
/// Returns 0, or the errno.
int clinux_keep_only_net_admin(int and_chown);
