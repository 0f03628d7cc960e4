#pragma once

#include <stdint.h>

/// One datagram of a batch.
struct clinux_datagram {
    /// Bytes in its part of the buffer.
    uint32_t length;
    /// It was longer than its part, and truncated (MSG_TRUNC).
    uint8_t is_cut;
    /// It comes from the kernel, not from another program's socket.
    uint8_t is_from_kernel;
};

/// Receives up to `most` datagrams from a netlink socket without waiting, each into its own `size` bytes of `buffer`.
/// Here because Glibc's Swift module lacks recvmmsg(2). Returns their number, or -errno: -EAGAIN if there are none.
int clinux_receive_datagrams(int fd, void *buffer, uint32_t size, struct clinux_datagram *datagrams, uint32_t most);

/// The maximum number of datagrams per batch.
#define CLINUX_MOST_DATAGRAMS 64

/// Messages dropped by the kernel because they did not fit into the socket's buffer (`sk_drops`, by SO_MEMINFO, Linux 4.12), or
/// -errno. The counter wraps at 32 bits.
int64_t clinux_dropped_messages(int fd);
