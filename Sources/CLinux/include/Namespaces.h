#pragma once

/// Moves the calling thread into the namespace of `fd`. Here because Glibc's Swift module is built without _GNU_SOURCE and lacks
/// setns(2). Returns 0, or the errno.
int clinux_enter_network_namespace(int fd);

/// Gives the calling thread a new, empty network namespace. Returns 0, or the errno.
int clinux_new_network_namespace(void);

/// Gives the process a user namespace of its own, in which it is root; outside it stays who it is. Only for a process with one thread.
/// Returns 0, or the errno.
int clinux_new_user_namespace(void);

/// Keeps the calling thread on the CPU on which it is. Returns 0, or the errno.
int clinux_stay_on_this_cpu(void);
