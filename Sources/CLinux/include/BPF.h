#pragma once

#include <stddef.h>
#include <stdint.h>

// bpf(2), which glibc does not wrap, for one kind of program: a raw tracepoint that is attached nowhere and only run by us, with one
// mapped value. Descriptors are close-on-exec. Each function returns a negative errno if it fails.

/// Creates an array map with a single value of `size` bytes that can be mapped, and returns its descriptor.
int clinux_bpf_create_value(uint32_t size);

/// Maps a map's value of `size` bytes for reading and writing; NULL if that fails, with errno set. `munmap` ends it.
void *clinux_bpf_map_value(int map, size_t size);

/// Loads a program and returns its descriptor. References to the map's value get `map` as their descriptor.
///
/// `callback` is the index of the first instruction of its `bpf_loop` callback, whose type the kernel wants to know: it is described by a
/// BTF of a few types, which lives as long as the program; 0 for a program without one. What the verifier says is written to `log`, of `log_size` bytes.
int clinux_bpf_load(
    const uint64_t *instructions, uint32_t count, uint32_t callback, int map, char *log, uint32_t log_size);

/// Runs a program once (`BPF_PROG_TEST_RUN`), and returns what it returned.
int clinux_bpf_run(int program);
