#pragma once

/// Moves the calling thread into the namespace of `fd`. Here because Glibc's Swift module is built without _GNU_SOURCE and lacks
/// setns(2). Returns 0, or the errno.
int clinux_enter_network_namespace(int fd);

/// Gives the calling thread a new, empty network namespace: for tests and benchmarks. Returns 0, or the errno.
int clinux_new_network_namespace(void);
