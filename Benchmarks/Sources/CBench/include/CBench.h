#pragma once

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

/// Moves the calling thread into a new, empty network namespace. In C because Glibc's Swift module is built without _GNU_SOURCE and
/// so lacks unshare(2) and setns(2). Returns 0, or the errno.
int bench_new_network_namespace(void);

/// Moves the calling thread into the namespace behind `fd`. Returns 0, or the errno.
int bench_enter_network_namespace(int fd);

/// Opens a file read-only and close-on-exec. In C because open(2) is variadic. Returns -1 and sets errno on failure.
int bench_open_to_read(const char *path);

/// Opens a file to be overwritten from its start, such as a sysctl file.
int bench_open_to_write(const char *path);
