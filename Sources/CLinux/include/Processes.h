#pragma once

#include <sys/types.h>

/// Starts a program with these descriptors as its standard input, output and errors, and no other; in `folder` (NULL: where we are),
/// in a process group of its own, with no signal ignored or blocked. It runs in the namespaces of the calling thread.
///
/// Returns 0 or an errno.
int clinux_spawn(pid_t *process, const char *path, const char *folder, char *const arguments[],
                 char *const environment[], int input, int output, int errors);

/// A pipe whose ends no other program gets: the reading one, then the writing one. Returns 0 or an errno.
int clinux_pipe(int ends[2]);

/// A file without a name, which no other program gets; -1 and errno if there is none.
int clinux_memory_file(void);
